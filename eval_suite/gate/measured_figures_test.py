import pytest

from eval_suite.gate.measured_figures import _MEASURED
from eval_suite.gate.measured_figures import measured_figures
from eval_suite.options.gate_expression import METRICS
from eval_suite.results.recorded import Recorded


def test_every_metric_has_its_figures():
    # Rates are told apart by their number.
    assert list(_MEASURED) == [metric for metric in METRICS if metric != "tpr@FPR"]


def figures(metric, name="M-1", **tables):
    return measured_figures(metric, name, Recorded(**tables))


STRONGEST = {"attack": "loss", "auc_low": 0.5, "auc_high": 0.7}


@pytest.mark.parametrize(
    ("metric", "part"), [("worst_off_auc", "worst_off"), ("canary_auc", "canaries")]
)
def test_of_slices_that_were_attacked_again_the_last_count(metric, part):
    bounds = [{"defense": "M-1", "slice": part, "auc": 0.6, **STRONGEST}]
    again = [{"defense": "M-1", part: {"auc": auc, **STRONGEST}} for auc in (0.6, 0.65)]
    (figure,) = figures(metric, headline=again, gate_bound=bounds)
    assert figure.value == 0.65


def test_of_claims_that_were_audited_again_the_last_counts():
    claim = {
        **{"defense": "M-1", "attack": "loss", "delta": 1e-5, "correct": 9},
        **{"guessed_in": 5, "guessed_out": 5, "records": 70, "chosen_on": 30},
    }
    again = [{**claim, "epsilon": epsilon} for epsilon in (1.0, 1.5, 2.0)]
    (figure,) = figures("epsilon", one_training=again)
    assert (figure.value, figure.units) == (2.0, ((70, "held-out records"),))


def test_of_the_model_as_it_is_no_comparison_with_itself_is_asked():
    utility = {"accuracy": 0.9, "accuracy_low": 0.88, "accuracy_high": 0.92}
    drop = {"value": 0.01, "error": 0.002, "degrees": 7}
    tables = {
        "utility": [{"defense": name, **utility} for name in ("base", "M-1")],
        "gate_drop": [{"defense": name, **drop} for name in ("base", "M-1")],
    }
    assert figures("accuracy", "base", **tables)[0].value == 0.9
    assert not figures("accuracy_drop", "base", **tables)
    assert figures("accuracy_drop", **tables)[0].estimate.degrees == 7


def test_a_rate_rests_on_the_sides_of_an_attack_that_counted_both():
    rates = {"0.01": {"tpr": 0.05, "low": 0.04, "high": 0.07}}
    rows = [
        {
            **{"defense": "M-1", "attack": "loss", "slice": "entire"},
            **{"tpr_at_fpr": rates, "n_members": members, "n_nonmembers": 700},
        }
        for members in (None, 800)
    ]
    for figure in figures("tpr@0.01", attack=rows):
        assert figure.value == 0.05
        assert figure.units == ((800, "members"), (700, "non-members"))
