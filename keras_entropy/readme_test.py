import pathlib
import re

import keras
import numpy as np
import pytest

README = pathlib.Path(__file__).parent.parent / "README.md"


@pytest.fixture
def names(tmp_path, monkeypatch):
    """What the README's examples take as given: a model and examples."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(400, 6)).astype("float32"), rng.integers(0, 4, 400)
    model = keras.Sequential(
        [keras.Input((6,)), keras.layers.Dense(4, activation="softmax")]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(x[:200], y[:200], verbose=0)
    model.save("classifier.keras")
    answers = model.predict(x, verbose=0)
    return {
        "x": x[:200],
        "y": y[:200],
        "x_new": x[200:],
        "y_new": y[200:],
        "member_outputs": answers[:200],
        "member_labels": y[:200],
        "nonmember_outputs": answers[200:],
        "nonmember_labels": y[200:],
    }


@pytest.mark.skipif(not README.exists(), reason="an installed wheel has no README")
def test_examples_run(names, capsys):
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    runnable = [block for block in blocks if "def test_" not in block]
    assert len(runnable) >= 2
    for block in runnable:
        exec(compile(block, "README.md", "exec"), names)
    assert "binned-1" in capsys.readouterr().out
    loaded = keras.models.load_model("defended.keras")
    assert loaded.predict(names["x_new"], verbose=0).sum(axis=1) == pytest.approx(1)
