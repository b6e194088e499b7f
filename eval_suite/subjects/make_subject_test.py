import pytest

from eval_suite.options.options import Options
from eval_suite.subjects.make_subject import check_options
from keras_entropy.shadow import workers


def test_a_cluster_that_does_not_answer_is_said_before_any_work(monkeypatch):
    pytest.importorskip("distributed", reason="needs the extra 'dask'")
    monkeypatch.setattr(workers, "PATIENCE", 0.5)
    options = Options(shadow_backend="dask", scheduler="tcp://127.0.0.1:9")
    with pytest.raises(ValueError, match=r"`scheduler` must be.*127\.0\.0\.1:9"):
        check_options(options)
