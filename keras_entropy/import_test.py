import json
import subprocess
import sys

import keras

import keras_entropy

MODULES = """
import json, sys
import keras
before = set(sys.modules)
import keras_entropy
print(json.dumps(sorted(set(sys.modules) - before)))
"""
REGISTERED = """
import importlib, json, pathlib
import keras, keras_entropy
def ours():
    found = keras.saving.get_custom_objects()
    return sorted(name for name in found if name.startswith("keras_entropy>"))
at_first = ours()
package = pathlib.Path(keras_entropy.__file__).parent
for path in package.rglob("*.py"):
    if "@keras.saving.register" in path.read_text() and "_test" not in path.stem:
        parts = path.relative_to(package.parent).with_suffix("").parts
        importlib.import_module(".".join(parts))
print(json.dumps([at_first, ours()]))
"""


def said_by(script):
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout.splitlines()[-1])


def test_the_package_loads_no_other_than_keras_and_none_of_its_heavy_parts():
    modules = said_by(MODULES)
    names = {name.split(".")[0] for name in modules} - set(sys.stdlib_module_names)
    assert names == {"keras_entropy"}
    parts = ("attacks", "catalog", "queries", "search", "shadow", "training")
    heavy = tuple(f"keras_entropy.{part}" for part in parts)
    assert not [name for name in modules if name.startswith(heavy)]


def test_all_that_a_saved_model_may_hold_is_loaded_with_the_package():
    at_first, in_the_end = said_by(REGISTERED)
    assert "keras_entropy>Guaranteed" in at_first
    assert at_first == in_the_end


def test_what_is_loaded_when_it_is_first_named_is_there_and_is_listed():
    for name in ("callbacks", "catalog", "fit_temperature", "recommend"):
        assert getattr(keras_entropy, name).__name__.endswith(name)
        assert name in dir(keras_entropy)
    assert not hasattr(keras_entropy, "recommendation")


def classes_of(module):
    return {name: v for name, v in vars(module).items() if isinstance(v, type)}


def test_layers_and_losses_are_found_as_in_keras():
    layers, losses = classes_of(keras_entropy.layers), classes_of(keras_entropy.losses)
    assert classes_of(keras_entropy) == layers | losses
    assert all(issubclass(cls, keras.losses.Loss) for cls in losses.values())
    others = [cls for cls in layers.values() if not issubclass(cls, keras.layers.Layer)]
    assert others == [keras_entropy.Claims]
