import os
import signal
import subprocess
import sys

import keras
import numpy as np
import pytest

from keras_entropy import shadow
from keras_entropy.shadow import runner
from keras_entropy.shadow import workers
from keras_entropy.shadow.cache import Cache
from keras_entropy.shadow.runner import Runner

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 5)).astype("float32")
Y = RNG.integers(0, 3, size=40)
SETTINGS = {"epochs": 3, "batch_size": 8}


def make_model(optimizer=None, loss="sparse_categorical_crossentropy"):
    model = keras.Sequential(
        [
            keras.Input((5,)),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(optimizer or keras.optimizers.Adam(0.01), loss)
    return model


def one_by_one():
    # The norm of a gradient belongs to one model, so these are trained singly.
    return make_model(keras.optimizers.Adam(0.01, clipnorm=1.0))


def train(trainer, model, models=4, **changes):
    plan = shadow.complementary_pairs(40, models, seed=0)
    start = shadow.initialize(model, range(models))
    settings = {**SETTINGS, "seeds": list(range(models)), **changes}
    return trainer.train(model, start, X, Y, plan.rows(), **settings).values(model)


def assert_equal(values, others):
    for value, other in zip(values, others, strict=True):
        np.testing.assert_array_equal(value, other)


def test_what_needs_more_packages_is_in_the_face_all_the_same():
    assert shadow.Runner is Runner
    assert shadow.Cache is Cache
    with pytest.raises(
        AttributeError, match=r"'keras_entropy\.shadow' has no.*'Walker'"
    ):
        _ = shadow.Walker


@pytest.mark.parametrize("build", [make_model, one_by_one])
def test_pieces_together_are_the_whole(build):
    model = build()
    done = []
    values = train(Runner(), model, models=10, progress=done.append)
    assert sum(done) == 30
    plan = shadow.complementary_pairs(40, 10, seed=0)
    whole = shadow.train(
        model,
        shadow.initialize(model, range(10)),
        X,
        Y,
        plan.rows(),
        seeds=list(range(10)),
        **SETTINGS,
    )
    for value, other in zip(values, whole.values(model), strict=True):
        np.testing.assert_allclose(value, other, atol=1e-6)


def test_what_is_kept_is_not_trained_again(tmp_path):
    trainer = Runner(cache=Cache(tmp_path), key={"code": 1})
    first = train(trainer, make_model())
    files = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.npz")}
    done = []
    # Another model of the same configuration: names do not matter.
    again = train(trainer, make_model(), progress=done.append)
    assert_equal(first, again)
    assert sum(done) == 12
    assert {p: p.stat().st_mtime_ns for p in tmp_path.glob("*.npz")} == files


@pytest.mark.parametrize(
    "change",
    [
        {"epochs": 2},
        {"batch_size": 4},
        {"seeds": [7, 8, 9, 10]},
        {"class_weight": {0: 1.0, 1: 2.0, 2: 3.0}},
    ],
)
def test_another_setting_is_trained_anew(tmp_path, change):
    trainer = Runner(cache=Cache(tmp_path))
    first = train(trainer, make_model())
    assert (train(trainer, make_model(), **change)[0] != first[0]).any()


def test_arguments_are_checked_before_the_work_starts():
    model = make_model()
    with pytest.raises(ValueError, match="`rows` must be integers"):
        Runner().train(
            model, shadow.replicate(model, 2), X, Y, [[0]], seeds=[1, 2], **SETTINGS
        )
    uncompiled = keras.Sequential([keras.Input((5,)), keras.layers.Dense(3)])
    with pytest.raises(ValueError, match="`model` must be compiled"):
        train(Runner(), uncompiled)


def test_another_recipe_is_trained_anew(tmp_path):
    trainer = Runner(cache=Cache(tmp_path))
    first = train(trainer, make_model())
    for other in (make_model(keras.optimizers.Adam(0.02)), make_model("sgd")):
        assert (train(trainer, other)[0] != first[0]).any()
    other_code = Runner(cache=Cache(tmp_path), key={"code": 2})
    before = len(list(tmp_path.glob("*.npz")))
    train(other_code, make_model())
    assert len(list(tmp_path.glob("*.npz"))) > before


def test_a_users_function_is_never_kept(tmp_path):
    def loss(y_true, y_pred):
        return keras.losses.sparse_categorical_crossentropy(y_true, y_pred)

    train(Runner(cache=Cache(tmp_path)), make_model(loss=loss))
    assert not list(tmp_path.glob("*.npz"))


KILLED = """
import os, signal, sys
sys.path.insert(0, sys.argv[2])
from keras_entropy.shadow import runner_test
from keras_entropy.shadow import workers
from keras_entropy.shadow.cache import Cache
from keras_entropy.shadow.runner import Runner

done = []
def progress(epochs):
    done.append(epochs)
    if len(done) == 5:  # in the middle of the second model
        os.kill(os.getpid(), signal.SIGKILL)

runner_test.train(
    Runner(cache=Cache(sys.argv[1])), runner_test.one_by_one(), progress=progress
)
"""


def test_a_killed_run_goes_on_and_ends_with_the_same_numbers(tmp_path):
    root = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), root], check=False
    )
    assert killed.returncode == -signal.SIGKILL
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.npz")}
    assert len(kept) == 1
    resumed = train(Runner(cache=Cache(tmp_path)), one_by_one())
    for path, time in kept.items():
        assert path.stat().st_mtime_ns == time
    assert len(list(tmp_path.glob("*.npz"))) == 4
    assert_equal(resumed, train(Runner(), one_by_one()))


def test_processes_of_this_machine_give_the_same_numbers(tmp_path):
    done = []
    trainer = Runner(cache=Cache(tmp_path), backend="loky", jobs=2)
    values = train(trainer, one_by_one(), progress=done.append)
    assert done == [3, 3, 3, 3]
    assert_equal(values, train(Runner(), one_by_one()))
    assert_equal(values, train(Runner(cache=Cache(tmp_path)), one_by_one()))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"backend": "threads"}, r"`backend` must be one of.*'threads'"),
        ({"backend": "dask"}, r"`scheduler` must be the cluster's address.*None"),
        ({"scheduler": "tcp://a:1"}, r"`scheduler` must be.*must be left out"),
    ],
)
def test_invalid_usage(arguments, message):
    with pytest.raises(ValueError, match=message):
        Runner(**arguments)


def test_a_cluster_loses_nothing_when_a_worker_is_killed(tmp_path):
    distributed = pytest.importorskip("distributed", reason="needs the extra 'dask'")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None
    ) as cluster:
        pids = [worker.pid for worker in cluster.workers.values()]
        done = []

        def progress(epochs):
            done.append(epochs)
            if len(done) == 1:
                os.kill(pids[0], signal.SIGKILL)

        trainer = Runner(backend="dask", scheduler=cluster.scheduler_address)
        values = train(trainer, one_by_one(), models=6, progress=progress)
        assert done == [3] * 6
        assert pids[0] not in [worker.pid for worker in cluster.workers.values()]
    assert_equal(values, train(Runner(), one_by_one(), models=6))


class Retrying:
    """`joblib.Parallel` on a cluster that loses every task's first result."""

    def __init__(self, **options):
        pass

    def __call__(self, tasks):
        for function, arguments, options in tasks:
            function(*arguments, **options)
            yield function(*arguments, **options)


def test_a_piece_can_be_trained_again_from_the_same_arguments(monkeypatch):
    inputs = keras.Input((5,))
    model = keras.Model(inputs, keras.layers.Dense(3, activation="softmax")(inputs))
    model.compile("adam", "sparse_categorical_crossentropy")
    expected = train(Runner(), model)
    monkeypatch.setattr(runner.joblib, "Parallel", Retrying)
    assert_equal(train(Runner(backend="loky"), model), expected)


def test_a_scheduler_that_does_not_answer(monkeypatch):
    pytest.importorskip("distributed", reason="needs the extra 'dask'")
    monkeypatch.setattr(workers, "PATIENCE", 0.5)
    nobody = Runner(backend="dask", scheduler="tcp://127.0.0.1:9")
    for ask in (nobody.check_cluster, lambda: train(nobody, one_by_one())):
        with pytest.raises(ValueError, match=r"`scheduler` must be.*127\.0\.0\.1:9"):
            ask()


# JAX warns when `ray.init` forks the processes of a cluster on this machine.
@pytest.mark.filterwarnings("ignore:os.fork:RuntimeWarning")
def test_ray_gives_the_same_numbers(monkeypatch):
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")  # Else it writes into the home.
    ray = pytest.importorskip("ray", reason="needs the extra 'ray'")
    ray.init(num_cpus=2, include_dashboard=False)
    try:
        values = train(Runner(backend="ray", scheduler="auto"), one_by_one())
    finally:
        ray.shutdown()
    assert_equal(values, train(Runner(), one_by_one()))


def test_layers_that_have_adapted_do_so_elsewhere_as_well():
    tf = pytest.importorskip("tensorflow")
    words = np.array([f"w{y}" for y in Y], object)
    table = np.concatenate([X.astype(object), words[:, None]], axis=1)
    lookup = keras.layers.StringLookup(output_mode="one_hot")
    lookup.adapt(words)
    normal = keras.layers.Normalization()
    normal.adapt(X)
    inputs = [keras.Input((5,)), keras.Input((1,), dtype="string")]
    joined = [normal(inputs[0]), lookup(inputs[1])]
    hidden = keras.layers.Concatenate()(joined)
    model = keras.Model(inputs, keras.layers.Dense(3, "softmax")(hidden))
    model.compile(keras.optimizers.Adam(0.1), "sparse_categorical_crossentropy")
    plan = shadow.complementary_pairs(40, 2, seed=0)
    start = shadow.initialize(model, range(2))
    settings = {"epochs": 20, "batch_size": 8, "seeds": [0, 1]}
    here, there = (
        trainer.train(model, start, table, Y, plan.rows(), **settings)
        for trainer in (Runner(), Runner(backend="loky", jobs=1))
    )
    assert_equal(here.values(model), there.values(model))
    found = shadow.predict(model, there, table)
    there.assign_to(model, 0)
    own = model.predict([X, tf.constant(words[:, None])], verbose=0)
    np.testing.assert_allclose(found[0], own, atol=1e-6)
    assert (own.argmax(axis=1) == Y).mean() > 0.9  # The words tell all.


def power(base, exponent):
    if exponent == 5:
        raise KeyboardInterrupt
    return [np.array([float(base**exponent)])]


def test_calls_are_kept_checked_and_spread(tmp_path):
    keys = [{"of": exponent} for exponent in (2, 3, 5)]

    def compute(trainer, exponents, task=power):
        checked, done = [], []
        found = trainer.compute(
            task,
            lambda number: (2, exponents[number]),
            keys,
            check=lambda number, result: checked.append((number, float(result[0][0]))),
            progress=done.append,
        )
        assert sorted(checked) == [(n, 2.0**e) for n, e in enumerate(exponents)]
        assert sum(done) == 3
        return [float(result[0][0]) for result in found]

    here = Runner(cache=Cache(tmp_path / "here"))
    with pytest.raises(KeyboardInterrupt):
        compute(here, (2, 3, 5))
    # What was done before is not done again; the key says what it is.
    assert compute(here, (2, 3, 4)) == [4, 8, 16]
    assert compute(here, (2, 3, 4), task=None) == [4, 8, 16]
    loky = Runner(cache=Cache(tmp_path / "there"), backend="loky", jobs=2)
    assert compute(loky, (2, 3, 4), task=pow_elsewhere) == [4, 8, 16]


def pow_elsewhere(base, exponent):
    return [np.array([float(base**exponent)])]


def test_what_fails_its_check_is_not_kept(tmp_path):
    trainer = Runner(cache=Cache(tmp_path))

    def refuse(number, result):
        raise ValueError("no good")

    for check, raises in ((refuse, True), (refuse, True), (lambda *_: None, False)):
        calls = []

        def task(*_, calls=calls):
            calls.append(1)
            return [np.zeros(1)]

        arguments = {"arguments": lambda number: (1,), "keys": [{}], "check": check}
        if raises:
            with pytest.raises(ValueError, match="no good"):
                trainer.compute(task, **arguments)
        else:
            trainer.compute(task, **arguments)
        assert calls == [1]
