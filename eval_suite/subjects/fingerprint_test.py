import contextlib
import dataclasses
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np
import pytest

import keras_entropy
from eval_suite.source_digest import source_digest
from eval_suite.subjects import fingerprint as module
from eval_suite.subjects.defended_stacks import DefendedStacks
from eval_suite.subjects.fingerprint import code_files
from eval_suite.subjects.fingerprint import defense_fingerprint
from eval_suite.subjects.fingerprint import defining_modules
from eval_suite.subjects.fingerprint import fingerprint
from keras_entropy import catalog
from keras_entropy.shadow.stack import initialize
from keras_entropy.training.recipe import TrainingData

PACKAGE = Path(keras_entropy.__file__).parent
NO_SOURCE = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.fixture
def copy(tmp_path):
    """The package in a checkout below a folder named `attacks`."""
    folder = tmp_path / "attacks" / "checkout" / "keras_entropy"
    shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def change(path):
    assert path.exists()
    path.write_text(path.read_text() + "\n# changed\n")


def test_the_digest_is_the_same_wherever_the_package_lies(copy):
    assert source_digest(copy) == source_digest(PACKAGE) != NO_SOURCE
    assert fingerprint()["source"] == source_digest(PACKAGE, without=("attacks",))


@pytest.mark.parametrize(
    "name",
    [
        *("layers/identity.py", "shadow/backends/engine.py", "_version.py"),
        "attacks/audits/outputs_audit.py",
    ],
)
def test_a_mended_module_has_another_digest(copy, name):
    before = source_digest(copy)
    change(copy / name)
    assert source_digest(copy) != before


@pytest.mark.parametrize(
    "name", ["attacks/audits/outputs_audit.py", "layers/identity_test.py"]
)
def test_what_is_left_out_and_tests_have_no_part_in_it(copy, name):
    before = source_digest(copy, without=("attacks",))
    change(copy / name)
    assert source_digest(copy, without=("attacks",)) == before


def test_a_moved_module_has_another_digest(copy):
    before = source_digest(copy)
    (copy / "layers/identity.py").rename(copy / "layers/same.py")
    assert source_digest(copy) != before


def small_model(last=None):
    inputs = keras.Input((4,))
    outputs = keras.layers.Dense(4, activation="softmax")(inputs)
    model = keras.Model(inputs, last(outputs) if last else outputs)
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model


def digests(model):
    return {
        name: defense_fingerprint(name and catalog.get(name), model)["source"]
        for name in (None, *catalog.names())
    }


@pytest.fixture
def changed(copy, monkeypatch):
    """A function that returns for whom a change of a module changes the digest."""

    def others(path):
        model, found = small_model(), []
        for mend in (lambda: None, lambda: change(copy / path)):
            mend()
            with monkeypatch.context() as patch:
                patch.setattr(module, "_PACKAGE", copy)
                for kept in (module.code_digest, module._imports):
                    kept.cache_clear()
                found.append(digests(model))
        for kept in (module.code_digest, module._imports):
            kept.cache_clear()
        return {name for name in found[0] if found[0][name] != found[1][name]}

    return others


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("layers/softening/entropy_floor.py", {"entropy-floor"}),
        ("layers/softening/temperature_scaling.py", {"temperature"}),
        ("layers/perturbation/membership_network.py", {"memguard"}),
        ("losses/high_entropy_label_loss.py", {"hamp", "hamp-training"}),
        ("layers/frequencies/rank_map.py", {"hamp", "hamp-ranks"}),
        ("training/published/mixtures.py", {"dmp", "mixup"}),
        ("training/on_reference/disjoint_mean.py", {"disjoint-mean"}),
        ("layers/__init__.py", set()),
        ("catalog/output_defenses.py", set()),
        ("search/recommending.py", set()),
    ],
)
def test_a_mended_defense_has_another_digest_and_no_other_has(changed, path, expected):
    assert changed(path) == expected


@pytest.mark.parametrize(
    "path",
    [
        *("shadow/backends/engine.py", "queries/asking.py", "layers/defense.py"),
        *("catalog/stack_building.py", "models/defending.py", "labels.py"),
    ],
)
def test_what_all_models_need_is_in_each_digest(changed, path):
    assert changed(path) == {None, *catalog.names()}


def test_of_a_model_with_own_layers_all_code_counts():
    model = small_model(keras_entropy.TemperatureScaling(2.0))
    assert set(digests(model).values()) == {fingerprint()["source"]}
    model = small_model()
    model.compile("sgd", keras_entropy.RelaxLoss(0.5))
    assert defense_fingerprint(None, model) == fingerprint()


@pytest.mark.parametrize(
    "name",
    [
        *("entropy-floor", "M-4", "M-7", "M-16", "M-17", "memguard", "hamp", "ldl"),
        *("relax-loss", "selena", "mixup", "reference-only", "disjoint-mean"),
        *("gaussian-noise-keyed", "pairs", "dp-sgd-reference-strict"),
    ],
)
def test_what_runs_for_a_defense_is_in_its_digest(name):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(64, 4)).astype("float32"), np.arange(64) % 4
    model = small_model()
    data = TrainingData(
        x=x,
        y=y,
        rows=np.arange(32)[None],
        reference=(x[32:], y[32:]),
        seeds=(0,),
        epochs=1,
        batch_size=16,
    )
    entry, ran = catalog.get(name), set()

    def note(frame, event, argument):
        if event == "call" and frame.f_code.co_filename.startswith(str(PACKAGE)):
            # A module's own code runs once, when it is first imported.
            if frame.f_code.co_name != "<module>":
                ran.add(Path(frame.f_code.co_filename))

    sys.setprofile(note)
    try:
        stacks = DefendedStacks(
            lambda: (model, initialize(model, data.seeds)),
            data,
            (x[32:], y[32:]),
            lambda title, total: contextlib.nullcontext(lambda done: None),
        )
        stacks.predict(entry, x)
        stacks.answer(entry)(x)
    finally:
        sys.setprofile(None)
    needed = code_files(defining_modules(entry))
    # What looks an entry up by its name.
    assert {path for path in ran if path.parent.name != "catalog"} <= set(needed)
    assert any(path.parent.name in ("layers", "training") for path in ran)


def held_by(value):
    if isinstance(value, type):
        return ()
    if dataclasses.is_dataclass(value):
        return vars(value).values()
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list | tuple) else ()


def test_all_that_an_entry_holds_of_the_package_can_be_looked_into():
    left = list(catalog.entries())
    while left:
        value = left.pop()
        own = type(value).__module__.startswith("keras_entropy.")
        assert dataclasses.is_dataclass(value) or not own, value
        left += held_by(value)
