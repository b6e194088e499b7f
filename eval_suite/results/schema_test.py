import copy
import json
from typing import NotRequired
from typing import get_origin
from typing import get_type_hints

import jsonschema
import pytest

from eval_suite.report.made_up_runs.results import build_results
from eval_suite.results import contents
from eval_suite.results import guarantee_row
from eval_suite.results import rows
from eval_suite.results.doctor import rows as doctor
from eval_suite.results.schema import ResultsError
from eval_suite.results.schema import check_results
from eval_suite.results.schema import load_results
from eval_suite.results.schema import results_schema


def test_schema_is_itself_a_valid_schema():
    jsonschema.Draft202012Validator.check_schema(results_schema())


OBJECTS = {
    (): contents.Results,
    ("environment",): contents.Environment,
    ("dataset",): rows.Dataset,
    ("profile",): rows.Profile,
    ("threat_model",): contents.ThreatModel,
    ("questions",): rows.QuestionsRow,
    ("questions", "families", "items"): rows.FamilyRow,
    ("strongest",): rows.StrongestRow,
    ("worst_off",): rows.WorstOffRow,
    ("canaries",): rows.CanaryRow,
    ("verdict",): contents.Verdict,
    ("checks", "items"): contents.Check,
    ("not_measured", "items"): contents.Gap,
    ("defense",): contents.Defense,
    ("defense", "published"): contents.Published,
    ("defense", "latency_ratio", "additionalProperties"): contents.LatencyRatio,
    ("defense", "guarantee"): guarantee_row.Guarantee,
    ("claims",): contents.Claims,
    ("divergence",): rows.DivergenceRow,
    ("exchangeability",): rows.ExchangeabilityRow,
    ("resemblance",): rows.ResemblanceRow,
    ("control",): rows.ControlRow,
    ("attack",): rows.AttackRow,
    ("attack", "tpr_at_fpr", "additionalProperties"): rows.RateRow,
    ("curve",): rows.CurveRow,
    ("distribution",): rows.DistributionRow,
    ("frontier",): rows.FrontierRow,
    ("shadow_count",): rows.ShadowCountRow,
    ("epoch",): rows.EpochRow,
    ("beside_control",): rows.BesideControlRow,
    ("doctor",): doctor.Doctor,
    ("claim",): doctor.ClaimRow,
    ("comparison",): doctor.ComparisonRow,
    ("cell",): doctor.CellRow,
    ("entropy",): doctor.EntropyRow,
    ("one_training",): rows.OneTrainingRow,
    ("record_kind",): rows.RecordKindRow,
    ("record_kind", "tpr"): rows.RateRow,
    ("beside",): rows.BesideRow,
    ("null_run",): rows.NullRunRow,
}


def _objects(rule, place=()):
    """Every object of the schema that has keys of its own, by its place."""
    if "properties" in rule:
        yield place, rule
    parts = {**rule.get("properties", {}), **rule.get("$defs", {})}
    for key in ("items", "additionalProperties"):
        parts[key] = rule.get(key)
    for key, part in parts.items():
        if isinstance(part, dict):
            yield from _objects(part, (*place, key))


def test_every_object_of_the_schema_has_its_type():
    assert {place for place, _ in _objects(results_schema())} == set(OBJECTS)


@pytest.mark.parametrize("place", OBJECTS, ids="-".join)
def test_keys_of_the_schema_are_those_of_the_types(place):
    rule = dict(_objects(results_schema()))[place]
    # By the hints, as `__required_keys__` does not see NotRequired in annotations that
    # are postponed.
    hints = get_type_hints(OBJECTS[place], include_extras=True)
    assert set(rule["properties"]) == set(hints)
    optional = {key for key, hint in hints.items() if get_origin(hint) is NotRequired}
    assert set(rule["required"]) == set(hints) - optional


def _set(path, value):
    def change(results):
        for key in path[:-1]:
            results = results[key]
        results[path[-1]] = value

    return change


def _delete(*path):
    def change(results):
        for key in path[:-1]:
            results = results[key]
        del results[path[-1]]

    return change


CHANGES = {
    "schema_version": _set(["schema_version"], 2),
    "version is true": _set(["schema_version"], True),
    "no verdict": _delete("verdict"),
    "status": _set(["verdict", "status"], "maybe"),
    "line": _set(["verdict", "lines"], ["ok", 3]),
    "accuracy": _set(["defenses", 1, "accuracy"], 1.01),
    "negative accuracy": _set(["defenses", 1, "accuracy"], -0.1),
    "text": _set(["defenses", 1, "strongest_auc"], "0.6"),
    "boolean number": _set(["defenses", 1, "nll"], True),
    "no title": _delete("defenses", 2, "title"),
    "no defenses": _set(["defenses"], []),
    "half an epoch": _set(["profile", "epochs"], 2.5),
    "export": _set(["defenses", 1, "claims", "export"], [1]),
    "ratio": _set(["defenses", 1, "latency_ratio", "256"], {"ratio": 1.0}),
    "bound": _set(["defenses", 1, "guarantee"], {"auc_bound": 0.6}),
    "timing": _set(["timings", "train"], None),
    "curve": _set(["curves", 0, "fpr", 3], None),
    "curve of text": _set(["curves", 0, "fpr", 3], "0.5"),
    "curve of booleans": _set(["curves", 0, "fpr", 3], True),
    "curve above 1": _set(["curves", 0, "tpr", 3], 1.5),
    "curve below 0": _set(["curves", 0, "tpr_low", 3], -1),
    "short curve": _set(["curves", 0, "tpr_low"], "none"),
    "group": _set(["attacks", 0, "group"], "other"),
    "asked": _set(["attacks", 0, "asked"], None),
    "attacker": _delete("defenses", 1, "asked_often"),
    "figure of an attacker": _set(["defenses", 1, "asked_once", "auc"], None),
    "questions": _set(["threat_model", "questions", "count"], 0),
    "questions of a family": _set(
        ["threat_model", "questions", "families"], [{"name": "noise"}]
    ),
    "strength": _set(["frontier", 0, "dominated"], None),
    "engine": _delete("tf_privacy", 0, "own_auc"),
    "seed of a null run": _set(["tf_privacy_null", 0, "seed"], "0"),
    "rise for an AUC": _set(["threat_model", "minimum_detectable_auc"], 0.012),
    "exchangeability": _set(["threat_model", "exchangeability"], {"auc": 0.5}),
    "list for object": _set(["environment"], []),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_agrees_with_the_reference_validator_on_faults(change):
    results = build_results()
    change(results)
    reference = jsonschema.Draft202012Validator(results_schema())
    assert not reference.is_valid(results)
    with pytest.raises(ResultsError):
        check_results(results)


@pytest.mark.parametrize(
    "change",
    [
        lambda results: None,
        _set(["profile", "epochs"], 50.0),
        _set(["defenses", 1, "accuracy"], None),
        _set(["defenses", 1, "latency_ratio"], {"1": None}),
        _set(["defenses", 1, "published"], None),
        _set(["threat_model", "exchangeability"], None),
        _set(["threat_model", "questions"], None),
        _set(["defenses", 1, "asked_often"], None),
        _set(["frontier", 1, "asked_once"], None),
        _set(["an_extra_key"], {"is": "allowed"}),
    ],
)
def test_agrees_with_the_reference_validator_on_valid_results(change):
    results = build_results()
    change(results)
    jsonschema.validate(results, results_schema())
    check_results(results)


def test_message_names_place_rule_and_value():
    results = build_results()
    results["defenses"][3]["accuracy"] = 97.0
    message = r"results\.defenses\[3\]\.accuracy must be at most 1\. Received: 97\.0"
    with pytest.raises(ResultsError, match=message):
        check_results(results)


@pytest.mark.parametrize(
    "path", [("defenses", 1, "nll"), ("curves", 0, "fpr", 2), ("curves", 0, "fpr", 0)]
)
def test_not_a_number_is_refused(path):
    results = build_results()
    _set(path, float("nan"))(results)
    with pytest.raises(ResultsError, match="must be finite, or null"):
        check_results(results)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (_set(["defenses", 0, "family"], "head"), "must be the undefended model"),
        (_set(["defenses", 2, "name"], "M-1"), "more than one row named 'M-1'"),
        (_set(["attacks", 5, "defense"], "M-99"), "not the name of a defense"),
        (_set(["curves", 0, "tpr"], [0.0, 1.0]), "differ in length"),
        (_set(["distributions", 0, "member"], [1.0]), "one entry a bin"),
    ],
)
def test_rows_must_agree_with_each_other(change, message):
    results = build_results()
    change(results)
    with pytest.raises(ResultsError, match=message):
        check_results(results)


def test_many_faults_are_counted():
    results = build_results()
    for row in results["attacks"]:
        row["auc"] = 2
    with pytest.raises(ResultsError, match="more"):
        check_results(results)


def test_load_round_trip(tmp_path):
    results = build_results()
    path = tmp_path / "results.json"
    path.write_text(json.dumps(results), encoding="utf-8")
    before = copy.deepcopy(results)
    assert load_results(path) == before


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "not valid JSON"),
        (b"\xff\xfe", "not valid JSON"),
        (b'{"schema_version": NaN}', "written as null"),
        (b"[]", "must be object"),
    ],
)
def test_load_refuses_bad_files(tmp_path, content, message):
    path = tmp_path / "results.json"
    path.write_bytes(content)
    with pytest.raises(ResultsError, match=message):
        load_results(path)


def test_load_names_a_missing_file(tmp_path):
    with pytest.raises(ResultsError, match=r"none\.json: No such file"):
        load_results(tmp_path / "none.json")
