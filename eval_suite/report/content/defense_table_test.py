import re

import pytest

from eval_suite.report.content.attack_words import attack_words
from eval_suite.report.content.claims import badges
from eval_suite.report.content.claims import claims_in_words
from eval_suite.report.content.defense_details import details
from eval_suite.report.content.defense_table import Scale
from eval_suite.report.content.defense_table import families
from eval_suite.report.content.defense_table import table
from eval_suite.report.content.rows import Rows
from eval_suite.report.content.table_columns import columns
from eval_suite.report.made_up_runs.results import build_results


def _places(style):
    return {key: float(v) for key, v in re.findall(r"--(\w):([\d.]+)", style)}


def test_every_column_has_a_cell_in_every_row():
    results = build_results()
    rows = table(Rows(results))
    shown = columns(results)
    keys = {column["key"] for column in shown[1:]}
    assert all(keys <= set(row["cells"]) for row in rows)
    assert [column["index"] for column in shown] == list(range(len(shown)))


def test_a_known_start_has_a_column_where_a_defense_has_one():
    results = build_results()
    assert "known" not in {column["key"] for column in columns(results)}
    known = {"attack": "loss", "auc": 0.6, "auc_low": 0.59, "auc_high": 0.61}
    results["defenses"][4]["known_start"] = known
    assert "known" in {column["key"] for column in columns(results)}
    cells = {row["name"]: row["cells"] for row in table(Rows(results))}
    assert (cells["M-17"]["known"].text, cells["M-17"]["known"].attack) == (
        "0.600",
        "loss",
    )
    assert cells["base"]["known"].missing


def test_rows_are_in_the_order_of_the_larger_auc():
    results = build_results(defenses=8)
    found = table(Rows(results))
    assert found[0]["name"] == "base"
    aucs = [row["cells"]["auc"].sort for row in found[1:]]
    assert aucs == sorted(aucs)
    once, often = (found[-1]["cells"][key] for key in ("once", "often"))
    assert (once.text, once.attack) == ("0.519", "rmia_online")
    assert (often.text, often.attack) == ("0.648", "many questions: all of the answers")


def test_sorts_by_the_number_that_it_shows():
    for row in table(Rows(build_results())):
        for key, digits in (("auc", 3), ("accuracy", 1), ("nll", 3), ("gap", 3)):
            cell = row["cells"][key]
            shown = float(cell.text.split()[0])
            value = 100 * cell.sort if "%" in cell.text else cell.sort
            assert shown == pytest.approx(value, abs=0.51 * 10**-digits)


def test_one_row_is_chosen_and_judgements_are_those_of_the_rule():
    rows = Rows(build_results())
    found = table(rows)
    assert [row["name"] for row in found if row["chosen"]] == [rows.advice.defense]
    for row in found:
        assert row["cells"]["difference"].effect == rows.effects[row["name"]]


def test_missing_values_sort_last_and_say_why():
    results = build_results()
    results["defenses"][1]["nll"] = None
    results["not_measured"] = [{"what": "calibration", "reason": "no labels"}]
    cells = {row["name"]: row["cells"] for row in table(Rows(results))}
    cell = cells["M-1"]["nll"]
    assert cell.sort == ""
    assert cell.missing == "no labels"


def test_whiskers_keep_order_and_stay_inside():
    rows = Rows(build_results(defenses=30))
    scale = Scale(rows)
    aucs = [0.3, 0.5, 0.55, 0.6, 0.99]
    places = [_places(scale.whisker(auc, auc - 0.01, auc + 0.01)) for auc in aucs]
    values = [place["v"] for place in places]
    assert values == sorted(values)
    for place in places:
        assert 0 <= place["l"] <= place["v"] <= place["h"] <= 100
    fixed = _places(scale.style)
    assert fixed["g"] == values[1]
    own = scale.whisker(rows.base["strongest_auc"], None, None)
    assert _places(own)["v"] == fixed["b"]


def test_families_in_order_and_unknown_ones_share_a_colour():
    found = families(Rows(build_results(defenses=9)))
    assert next(family["name"] for family in found) == "none"
    results = build_results()
    results["defenses"][1]["family"] = 'evil" onclick="'
    assert "other" in {family["css"] for family in families(Rows(results))}


def test_badges_are_the_claims_made():
    base, _, taylor, head = build_results()["defenses"][:4]
    assert badges(base) == []
    names = [badge.text for badge in badges(taylor)]
    assert names == [
        "keeps argmax",
        "keeps ranking",
        "deterministic",
        "reversible",
        "SavedModel, ONNX",
    ]
    assert [badge.text for badge in badges(taylor) if badge.warn] == ["reversible"]
    assert "retrained" in [badge.text for badge in badges(head)]
    alone = {**taylor, "layer": "Identity", "trained": True}
    assert "raises entropy" not in [badge.text for badge in badges(alone)]
    taylor["claims"]["keeps_argmax"] = None
    assert "keeps argmax: not stated" in claims_in_words(taylor)


def test_details_list_every_attack_strongest_first():
    rows = Rows(build_results())
    for section, row in zip(details(rows), rows.defenses, strict=True):
        names = [attack["attack"] for attack in section["attacks"]]
        assert sorted(names) == sorted(
            attack_words(a["attack"]) for a in rows.attacks(row["name"])
        )
        aucs = [attack["auc"].sort for attack in section["attacks"]]
        assert aucs == sorted(aucs, reverse=True)


def test_details_show_the_ten_highest_slices():
    section = details(Rows(build_results()))[0]
    assert section["slice_count"] == 12
    aucs = [attack["auc"].sort for attack in section["slices"]]
    assert len(aucs) == 10
    assert aucs == sorted(aucs, reverse=True)
