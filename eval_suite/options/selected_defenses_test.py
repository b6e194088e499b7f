import dataclasses
from pathlib import Path

import pytest

from eval_suite.options.options import Options
from eval_suite.options.selected_defenses import claiming
from eval_suite.options.selected_defenses import evaluated
from eval_suite.options.selected_defenses import selected
from keras_entropy import catalog


def test_all_is_the_catalog():
    assert selected("all") == list(catalog.names())


def test_a_finished_model_takes_what_is_not_trained():
    untrained = selected("untrained")
    assert claiming(untrained, "trained") == []
    assert set(selected("all")) - set(untrained) >= {"M-6", "M-17"}


def test_names_and_aliases_once_and_in_order():
    assert selected("temperature, spline-dmd,m-1") == ["M-1", "temperature"]


def test_unknown_and_empty_list_the_known():
    with pytest.raises(ValueError, match=r"Unknown defense 'M-99'.*M-17"):
        selected("M-1,M-99")
    with pytest.raises(ValueError, match=r"No defense named.*M-17"):
        selected(" , ")


def test_a_trained_defense_is_compared_with_models_that_nothing_defends():
    game = Options(defenses="hamp", report=True)
    assert evaluated(game) == ["hamp", "reference-only", "with-reference"]
    assert evaluated(dataclasses.replace(game, defenses="M-1,binned-1")) == [
        "M-1",
        "binned-1",
    ]
    for change in ({"report": False}, {"profile": "study"}, {"model": Path("m.keras")}):
        assert evaluated(dataclasses.replace(game, **change)) == ["hamp"]


def test_claims_split_the_names():
    names = ["M-1", "M-6", "temperature"]
    assert claiming(names, "keeps_argmax") == ["temperature"]
    assert claiming(names, "keeps_argmax", value=False) == ["M-1", "M-6"]
    assert claiming(names, "trained") == ["M-6"]
    assert claiming(["hamp", "hamp-training"], "reference") == ["hamp"]
    assert claiming(["hamp", "dp-sgd"], "private") == ["dp-sgd"]
