import numpy as np

from eval_suite.subjects.game.kept_outputs import KeptOutputs
from keras_entropy import catalog
from keras_entropy.shadow import Cache


def test_each_answer_is_computed_once_and_kept(tmp_path):
    asked = []

    def predict(entry):
        asked.append(entry)
        return np.full((2, 3), len(asked), "float32")

    def key(entry):
        return {"defense": None if entry is None else entry.name}

    outputs = KeptOutputs(Cache(tmp_path), key, predict)
    entry = catalog.get("label-only")
    base, defended = outputs.behind("base"), outputs.behind(entry)
    assert asked == [None, entry]
    assert outputs.behind("label-only") is defended
    again = KeptOutputs(Cache(tmp_path), key, predict)
    np.testing.assert_array_equal(again.behind("base"), base)
    assert len(asked) == 2
