import keras
import numpy as np
import pytest

from eval_suite.datasets.datasets import Dataset
from eval_suite.measurements.attacks.attack_comparison import AttackComparison
from eval_suite.measurements.gate_evidence import auc_rows
from eval_suite.subjects.one_target.shadow_population import Population
from eval_suite.subjects.one_target.shadow_recipe import ShadowRecipe
from eval_suite.subjects.one_target.user_model import UserModel
from keras_entropy import TemperatureScaling
from keras_entropy import defend
from keras_entropy.attacks import NEIGHBOR_ATTACKS
from keras_entropy.attacks import audit_outputs
from keras_entropy.shadow import Cache
from keras_entropy.shadow import Runner


def dataset(name, x, y):
    return Dataset(name, name, x.astype("float32"), y.astype("int64"), ())


def classifier(loss="sparse_categorical_crossentropy"):
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((8,)),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(4, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(1e-2), loss)
    return model


@pytest.fixture(scope="module")
def sets():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(600, 8))
    y = (x[:, :4] + rng.normal(size=(600, 4))).argmax(axis=1)
    parts = slice(0, 200), slice(200, 400), slice(400, 600)
    names = "members", "others", "pool"
    return [dataset(n, x[p], y[p]) for n, p in zip(names, parts, strict=True)]


@pytest.fixture(scope="module")
def trained(sets):
    model = classifier()
    model.fit(sets[0].x, sets[0].y, epochs=20, batch_size=16, verbose=0)
    return model


def shadowed(model, sets, recipe, runner=None):
    subject = UserModel(model, *sets[:2])
    subject.train_shadows_on(sets[2], recipe, runner or Runner())
    return subject


def test_shadows_are_trained_as_the_target_was(trained, sets, tmp_path):
    recipe = ShadowRecipe(models=8, batch_size=16)
    subject = shadowed(trained, sets, recipe, Runner(cache=Cache(tmp_path)))
    described = subject.describe()["profile"]
    assert described["epochs"] == 20  # from the optimizer's 260 steps
    assert "8 shadow models of 200 examples" in described["name"]
    found = subject.shadows("base")
    n, m = len(subject.members.x), len(subject.nonmembers.x)
    assert found.outputs.shape == (8, n + m, 4)
    assert (found.membership[::2] != found.membership[1::2]).all()
    labels = np.concatenate([subject.members.y, subject.nonmembers.y])
    hits = found.outputs.argmax(axis=2) == labels
    inside, outside = hits[found.membership].mean(), hits[~found.membership].mean()
    utility = subject.utility("base")
    assert inside == pytest.approx(utility["member_accuracy"], abs=0.05)
    assert outside == pytest.approx(utility["accuracy"], abs=0.1)
    members, nonmembers = subject.outputs("base")
    sides = members, subject.members.y, nonmembers, subject.nonmembers.y
    audit = audit_outputs(*sides, shadows=found, attacks=("loss", "lira_online"))
    loss, lira = audit.attacks
    assert lira.auc > loss.auc > 0.6
    # A second run finds the trained shadows.
    again = shadowed(trained, sets, recipe, Runner(cache=Cache(tmp_path)))
    assert (again.shadows("base").outputs == found.outputs).all()
    # A transform goes on each; what is trained is trained for target and shadows.
    layer = TemperatureScaling(5.0)
    cooled = again.shadows("temperature").outputs
    assert cooled.max(axis=2).mean() < found.outputs.max(axis=2).mean()
    assert again.shadows("binned-1").outputs.shape == found.outputs.shape
    # 140 steps bring a new head from 0.25, which is chance, to about 0.4.
    head = (again.shadows("M-6").outputs.argmax(axis=2) == labels).mean(axis=1)
    assert head.mean() > 0.35
    own = again.outputs("M-6")
    target = (np.concatenate(own).argmax(axis=1) == labels).mean()
    assert head.min() - 0.1 < target < head.max() + 0.1
    # HAMP is trained, and its rank map fitted to what was trained.
    ranked, trained_only = again.shadows("hamp"), again.shadows("hamp-training")
    order = [shadows.outputs.argsort(axis=2) for shadows in (ranked, trained_only)]
    np.testing.assert_array_equal(*order)
    profiles = np.sort(ranked.outputs, axis=2)
    assert (profiles == profiles[:, :1]).all()  # one row of numbers for each model
    assert len(np.unique(profiles[:, 0, -1])) == 8
    own = [np.concatenate(again.outputs(name)) for name in ("hamp", "hamp-training")]
    np.testing.assert_array_equal(*(rows.argsort(axis=1) for rows in own))
    defended = defend(trained, layer)
    defended.compile(keras.optimizers.Adam(1e-2), "sparse_categorical_crossentropy")
    ending = shadowed(defended, sets, ShadowRecipe(8, 16, epochs=20))
    expected = np.asarray(layer(found.outputs))
    assert ending.shadows("base").outputs == pytest.approx(expected, abs=1e-3)


def test_what_is_undone_of_the_target_is_undone_of_its_shadows(trained, sets):
    subject = shadowed(trained, sets, ShadowRecipe(models=8, batch_size=16))
    comparison = AttackComparison(subject, ["temperature"], seed=0)
    by_attack = {
        name: {r.attack: r.auc for r in comparison.attacked(name).results}
        for name in ("base", "temperature")
    }
    for attack in ("lira_online", "rmia_offline"):
        undone = by_attack["temperature"][f"inverse:{attack}"]
        assert undone == pytest.approx(by_attack["base"][attack], abs=2e-3)
    difference = comparison.difference("temperature")
    assert difference.low - 2e-3 <= 0 <= difference.high + 2e-3


def test_shadows_answer_the_questions_that_the_target_is_asked(trained, sets):
    subject = shadowed(trained, sets, ShadowRecipe(models=4, batch_size=16))
    subject.ask_neighbors(12)
    comparison = AttackComparison(subject, ["binned-1", "hamp-training"], seed=0)
    found = {r.attack: r for r in comparison.attacked("base").results}
    assert set(NEIGHBOR_ATTACKS) <= set(found)
    assert found["neighbors:label_share"].auc > 0.55
    examples = len(subject.members.x) + len(subject.nonmembers.x)
    of_target, of_shadows = subject.neighbors, subject.shadow_neighbors
    own, theirs = of_target("base").labels, of_shadows("base").labels
    assert own.share().shape == (1, examples)
    assert theirs.share().shape == (4, examples)
    # A layer that keeps the label leaks by neighbors what none does.
    assert of_target("binned-1").labels is own
    assert of_shadows("binned-1").labels is theirs
    binned, base = (
        comparison.strongest_by_kind(name)["labels_alone"]
        for name in ("binned-1", "base")
    )
    assert (binned.attack, binned.auc) == (base.attack, base.auc)
    assert binned.attack in ("label_only", *NEIGHBOR_ATTACKS)
    # What is trained is asked itself, target and shadows alike.
    assert of_target("hamp-training").labels is not own
    assert of_shadows("hamp-training").labels.share().shape == (4, examples)
    # The gate's rows are made of the same scores.
    rows = auc_rows(comparison, "binned-1", seed=0)
    measured = {r.attack: r.auc for r in comparison.attacked("binned-1").entire()}
    assert {row["attack"]: row["auc"] for row in rows} == pytest.approx(measured)
    assert subject.identity()["questions"] == subject.questions


def test_what_a_shadow_needs(trained, sets):
    def population(model=trained, pool=sets[2], **recipe):
        recipe = ShadowRecipe(**recipe)
        reference = dataset("reference", sets[1].x[150:], sets[1].y[150:])
        others = dataset("others", sets[1].x[:150], sets[1].y[:150])
        return Population(model, sets[0], others, reference, pool, recipe, Runner())

    plain = keras.Sequential(trained.layers)
    with pytest.raises(ValueError, match="must be compiled"):
        population(plain)
    with pytest.raises(ValueError, match=r"--shadow-epochs.*0 steps"):
        population(classifier())
    assert population(classifier(), epochs=3).epochs == 3
    with pytest.raises(ValueError, match=r"at least 50 examples.*Received: 49"):
        population(pool=sets[2].rows(np.arange(49)))
    with pytest.raises(ValueError, match="overlap the members: 200 of 200"):
        population(pool=sets[0])
    with pytest.raises(ValueError, match="overlap the reference: 50 of"):
        population(pool=sets[1].rows(np.arange(150, 200)))
    narrow = dataset("pool", sets[2].x[:, :7], sets[2].y)
    with pytest.raises(ValueError, match=r"Received: \(7,\) and \(8,\)"):
        population(pool=narrow)
    with pytest.raises(ValueError, match="labels must be 0 to 3"):
        population(pool=dataset("pool", sets[2].x, sets[2].y + 1))
