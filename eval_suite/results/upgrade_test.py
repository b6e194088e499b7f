import json

import pytest

from eval_suite.report.made_up_runs.results import build_results
from eval_suite.results.schema import ResultsError
from eval_suite.results.schema import load_results
from eval_suite.results.upgrade import upgrade

_NEW_TABLES = ("frontier", "tf_privacy", "tf_privacy_null")


def _version_1():
    results = build_results()
    results["schema_version"] = 1
    results["threat_model"]["minimum_detectable_auc"] = 0.012
    for table in _NEW_TABLES:
        del results[table]
    return results


def test_version_1_can_be_read(tmp_path):
    path = tmp_path / "results.json"
    path.write_text(json.dumps(_version_1()))
    found = load_results(path)
    assert found["schema_version"] == 2
    assert found["threat_model"]["minimum_detectable_auc"] == pytest.approx(0.512)
    assert all(found[table] == [] for table in _NEW_TABLES)


def test_a_table_that_version_1_had_is_kept():
    row = {"name": "no defense"}
    assert upgrade({**_version_1(), "frontier": [row]})["frontier"] == [row]


def test_the_given_results_are_not_changed():
    results = _version_1()
    upgrade(results)
    assert results == _version_1()


@pytest.mark.parametrize("results", [[], None, {}, {"schema_version": 3}])
def test_what_is_no_version_1_is_left_to_the_checks(results, tmp_path):
    assert upgrade(results) is results
    path = tmp_path / "results.json"
    path.write_text(json.dumps(results))
    with pytest.raises(ResultsError):
        load_results(path)
