import json
from pathlib import Path

import pytest

from eval_suite.report.content.rows import Rows
from eval_suite.report.content.run_comparison import compare_runs
from eval_suite.report.made_up_runs.results import build_results
from eval_suite.report.output.markdown import render_markdown
from eval_suite.report.output.report_folder import write_report
from eval_suite.report.output.terminal import terminal_table
from eval_suite.results.schema import ResultsError
from eval_suite.results.schema import load_results
from eval_suite.results.upgrade import upgrade

# Committed reports of the quick profile, cut to a few rows.
KEPT = {n: Path(__file__).parent / f"results_of_version_{n}.json" for n in (1, 2)}


def _kept(version):
    return json.loads(KEPT[version].read_text())


def _defenses(results):
    return {row["name"]: row for row in results["defenses"]}


@pytest.mark.parametrize("version", KEPT)
def test_kept_files_can_be_read_and_nothing_in_them_is_lost(version):
    old, new = _kept(version), load_results(KEPT[version])
    assert old["schema_version"] == version
    assert new["schema_version"] == 3
    for table in ("attacks", "defenses", "frontier"):
        for before, after in zip(old[table], new[table], strict=True):
            assert before == {key: after[key] for key in before}
    assert new["threat_model"]["questions"] is None


def test_version_1_gets_the_auc_that_would_be_noticed_and_its_tables():
    old = _kept(1)
    new = load_results(KEPT[1])["threat_model"]["minimum_detectable_auc"]
    assert new == pytest.approx(0.5 + old["threat_model"]["minimum_detectable_auc"])
    del old["frontier"]
    found = upgrade(old)
    assert found["frontier"] == found["tf_privacy"] == found["tf_privacy_null"] == []


@pytest.mark.parametrize("version", KEPT)
def test_what_was_asked_is_read_off_the_names(version):
    rows = load_results(KEPT[version])["attacks"]
    asked = {row["attack"]: row["asked"] for row in rows}
    assert asked["repeat100:lira_online"] == asked["repeat10:lira_online"] == "often"
    assert asked["rmia_online"] == asked["inverse:rmia_online"] == "once"


@pytest.mark.parametrize("version", KEPT)
def test_figures_by_attacker_are_those_that_the_file_has(version):
    results = load_results(KEPT[version])
    found = _defenses(results)
    for row in found.values():
        headline = {
            "attack": row["strongest_attack"],
            "auc": row["strongest_auc"],
            "auc_low": row["strongest_auc_low"],
            "auc_high": row["strongest_auc_high"],
        }
        entire = {
            attack["attack"]: attack["auc"]
            for attack in results["attacks"]
            if (attack["defense"], attack["slice"]) == (row["name"], "entire")
        }
        assert row["labels_alone"]["auc"] == entire["label_only"]
        assert row["known_start"] is None
        if row["name"] != "gaussian-noise":
            assert (row["asked_once"], row["asked_often"]) == (headline, None)
            continue
        assert headline["attack"] == "repeat100:lira_online"
        assert row["asked_often"] == headline
        once = {name: auc for name, auc in entire.items() if "repeat" not in name}
        assert row["asked_once"]["auc"] == max(once.values())


def test_a_headline_asked_once_beside_repeated_questions():
    old = _kept(2)
    row = _defenses(old)["gaussian-noise"]
    row |= {"strongest_attack": "rmia_online", "strongest_auc": 0.7}
    found = _defenses(upgrade(old))["gaussian-noise"]
    assert found["asked_once"]["auc"] == 0.7
    repeated = [
        attack["auc"]
        for attack in old["attacks"]
        if attack["defense"] == "gaussian-noise" and "repeat" in attack["attack"]
    ]
    assert found["asked_often"]["auc"] == max(repeated)


def test_a_strength_has_the_figure_of_the_attack_that_it_names():
    rows = {row["name"]: row for row in load_results(KEPT[2])["frontier"]}
    label, noise = rows["LabelOnly(confidence=1.0)"], rows["GaussianNoise(stddev=0.2)"]
    assert (label["asked_once"], label["asked_often"]) == (label["auc"], None)
    assert (noise["asked_once"], noise["asked_often"]) == (None, noise["auc"])


@pytest.mark.parametrize("version", KEPT)
def test_kept_files_render_everywhere_and_say_what_they_do_not_cover(version, tmp_path):
    results = load_results(KEPT[version])
    page = write_report(results, tmp_path / "old").read_text(encoding="utf-8")
    texts = (page, render_markdown(Rows(results)), terminal_table(results, 200))
    for text in texts:
        assert "Not covered: an attacker who asks neighbors of an input" in text
        assert "0.517 [0.516, 0.518]" in text.replace("\\", "")  # the label floor


def test_runs_of_all_versions_compare_by_what_all_of_them_asked():
    old, new = load_results(KEPT[1]), load_results(KEPT[2])
    assert compare_runs(new, old).judged_by == ""
    latest = build_results()
    comparison = compare_runs(latest, old)
    assert comparison.judged_by == "asked once, as in both runs"
    base = next(row for row in comparison.rows if row.name == "base")
    assert base.judged == base.once
    assert base.often.value is None


def test_the_given_results_are_not_changed():
    results = _kept(1)
    upgrade(results)
    assert results == _kept(1)


@pytest.mark.parametrize(
    "results",
    [
        [],
        None,
        {},
        {"schema_version": 3},
        {"schema_version": 4},
        {"schema_version": [2]},
    ],
)
def test_what_is_no_earlier_version_is_left_to_the_checks(results, tmp_path):
    assert upgrade(results) is results
    path = tmp_path / "results.json"
    path.write_text(json.dumps(results))
    with pytest.raises(ResultsError):
        load_results(path)


@pytest.mark.parametrize("version", KEPT)
@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("attacks", None),
        ("attacks", [None, 3, {}, {"attack": 7}]),
        ("defenses", [{"name": ["base"]}]),
        ("defenses", "base"),
        ("frontier", {"name": "no defense"}),
        ("threat_model", []),
    ],
)
def test_a_damaged_file_is_refused_with_its_faults(version, table, rows, tmp_path):
    path = tmp_path / "results.json"
    path.write_text(json.dumps({**_kept(version), table: rows}))
    with pytest.raises(ResultsError, match=r"not a results\.json of version 3"):
        load_results(path)
