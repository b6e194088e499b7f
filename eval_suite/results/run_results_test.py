import copy

from eval_suite.report.content.other_sources.published_figures import faithfulness_table
from eval_suite.results.recorded import Recorded
from eval_suite.results.run_results import UNKNOWN_RUN
from eval_suite.results.run_results import assemble
from eval_suite.results.schema import check_results
from eval_suite.results.verdict import verdict

CONTROL = {
    "table": "control",
    "name": "null",
    "kind": "null",
    "attack": "loss",
    "variant": "tied 6:1",
    "auc": 0.5,
    "auc_low": 0.48,
    "auc_high": 0.52,
    "expected": 0.5,
    "passed": True,
    "detail": "0.5 lies in the interval",
}
PASSED = {"test": "a", "outcome": "passed", "message": "", "defense": None}
FAILED = {
    "test": "b",
    "outcome": "failed",
    "message": "measured 2, expected 1",
    "defense": "M-1",
}


UTILITY = {
    "table": "utility",
    "defense": "M-1",
    "accuracy": 0.75,
    "accuracy_low": 0.7,
    "accuracy_high": 0.8,
    "member_accuracy": 0.9,
}
HEADLINE = {
    "table": "headline",
    "defense": "M-1",
    "strongest_attack": "loss",
    "strongest_auc": 0.6,
    "strongest_auc_low": 0.5,
    "strongest_auc_high": 0.7,
    "strongest_advantage": 0.2,
    "asked_once": {"attack": "loss", "auc": 0.6, "auc_low": 0.5, "auc_high": 0.7},
    "asked_often": None,
    "labels_alone": None,
    "known_start": None,
    "worst_off": None,
    "canaries": None,
    "on_reference": None,
    "illusion_gap": 0.0,
    "js_entropy": None,
    "js_cross_entropy": None,
}


def results(rows, checks, names=("M-1", "M-6")):
    environment = {
        "python": "3.11.7",
        "platform": "Linux",
        "cpus": 2,
        "keras_entropy": "0",
        "keras": "3",
        "backend": "tensorflow",
        "backend_version": None,
        "numpy": "1",
        "commit": None,
        "dirty": None,
    }
    recorded = Recorded(checks=list(checks))
    recorded.add(rows)
    assembled = assemble(
        recorded,
        list(names),
        verdict(recorded.checks, recorded.control),
        command="pytest eval_suite --report",
        environment=environment,
        seconds={"total": 1.0},
    )
    check_results(assembled)
    return assembled


def test_rows_of_one_defense_meet():
    rows = [
        CONTROL,
        UTILITY,
        HEADLINE,
        {
            "table": "latency",
            "defense": "M-1",
            "batch_size": 256,
            "ratio": 1.1,
            "low": 1.0,
            "high": 1.2,
            "microseconds": 9.0,
            "base_microseconds": 8.0,
        },
    ]
    base, spline, head = results(rows, [PASSED])["defenses"]
    assert (base["name"], base["family"]) == ("base", "none")
    assert (spline["accuracy"], spline["strongest_auc"]) == (0.75, 0.6)
    assert spline["asked_once"] == HEADLINE["asked_once"]
    assert (base["asked_once"], spline["asked_often"]) == (None, None)
    assert spline["latency_ratio"] == {"256": {"ratio": 1.1, "low": 1.0, "high": 1.2}}
    assert spline["claims"]["injective"] is True
    assert head["accuracy"] is None
    assert head["trained"] is True
    assert head["published"]["accuracy_pct"] == 96.06


def test_claims_of_one_letter_stand_together():
    names = ["D3", "D4", "D3, over defenses", "E1"]
    words = dict.fromkeys(("says", "measure", "rule", "sentence"), "words")
    rows = [
        {"table": "claim", "claim": name, "decision": "supported", **words}
        for name in names
    ]
    found = results(rows, [])["doctor"]["claims"]
    assert [row["claim"] for row in found] == ["D3", "D3, over defenses", "D4", "E1"]


def test_a_gap_is_told_once():
    gap = {"table": "not_measured", "what": "loss on incorrect", "reason": "empty"}
    rows = [CONTROL, {**gap, "defense": "base"}, {**gap, "defense": "M-1"}]
    assert results(rows, [PASSED])["not_measured"] == [
        {"what": "loss on incorrect (base, M-1)", "reason": "empty"}
    ]


ATTACK = {
    "table": "attack",
    "defense": "base",
    "attack": "loss",
    "group": "threshold",
    "asked": "once",
    "slice": "entire",
    "auc": 0.5,
    "auc_low": 0.4,
    "auc_high": 0.6,
    "advantage": 0.1,
    "advantage_null": 0.1,
    "tpr_at_fpr": {"0.01": None},
    "targets": 1,
    "n_members": 10,
    "n_nonmembers": 10,
}


def test_threat_model_names_what_was_not_run():
    model = results([CONTROL, ATTACK], [PASSED])["threat_model"]
    assert any("threshold" in text for text in model["attacker"])
    assert any("shadow" in text for text in model["not_tested"])
    assert model["questions"] is None
    (text,) = [text for text in model["not_tested"] if "neighbors" in text]
    assert "behind a layer that keeps the label" in text


def test_neighbors_that_were_asked_are_tested():
    asked = {**ATTACK, "attack": "neighbors:lira", "group": "neighbors"}
    questions = {"count": 40, "families": [{"name": "noise-0.3", "questions": 40}]}
    run = {"table": "run", **copy.deepcopy(UNKNOWN_RUN), "questions": questions}
    rows = [CONTROL, run, {**asked, "asked": "often"}]
    model = results(rows, [PASSED])["threat_model"]
    assert model["questions"] == questions
    assert any("neighbors of each input" in text for text in model["attacker"])
    assert not any("neighbors" in text for text in model["not_tested"])


def test_the_study_stands_beside_the_run():
    rows = [CONTROL, UTILITY]
    run = copy.deepcopy(UNKNOWN_RUN)
    run["is_reference_study"] = True
    rows.append({"table": "run", **run})
    assembled = results(rows, [PASSED], names=("M-1", "M-20", "temperature"))
    lines = faithfulness_table(assembled)
    assert len(lines) == 2 + 3  # with the undefended model, without temperature
    spline, quadratic = lines[3:]
    assert spline.startswith("| M-1 | 75.0 % | 77.6 % | not measured | × 8.00 |")
    assert "artifact" in spline
    for quirk in ("ReLUs", "chains", "probabilities"):
        assert quirk in quadratic


def test_a_users_model_of_the_studys_name_is_not_the_studys():
    run = copy.deepcopy(UNKNOWN_RUN)
    run["profile"]["architecture"] = "study_mlp_of_mine"
    base, *_ = results([CONTROL, {"table": "run", **run}], [PASSED])["defenses"]
    assert (base["published"], base["differs"]) == (None, None)


def test_the_fields_of_a_check_are_those_of_the_schema():
    assert results([CONTROL], [PASSED])["checks"] == [
        {"test": "a", "outcome": "passed", "message": ""}
    ]
