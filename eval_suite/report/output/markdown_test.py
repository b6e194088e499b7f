from eval_suite.report.content.rows import Rows
from eval_suite.report.made_up_runs.results import build_results
from eval_suite.report.output.markdown import LIMIT
from eval_suite.report.output.markdown import render_markdown


def _render(results):
    return render_markdown(Rows(results))


def test_verdict_advice_and_table_come_first():
    lines = _render(build_results()).splitlines()
    assert lines[2].startswith("**PASS.** **Use M-17")
    table = [line for line in lines[:24] if line.startswith("|")]
    assert len(table) == 2 + 7
    figures = (
        "0.566 [0.557, 0.575] | 0.566 | 0.559 | 0.698 | 0.731 | 0.561 | "
        "-0.046 [-0.050, -0.042]"
    )
    assert figures in table[3]


def test_every_table_row_has_the_same_cells_whatever_the_names():
    results = build_results()
    results["defenses"][1]["title"] = "a|b\n| c <img src=x onerror=alert(1)> @octocat"
    results["defenses"][2]["title"] = "`code` [link](javascript:alert(1)) $x$"
    text = _render(results)
    defenses = text.partition("**By strength")[0].splitlines()
    rows = [line for line in defenses if line.startswith("|")]
    cells = {line.replace("\\|", "").count("|") for line in rows}
    assert cells == {14}
    assert "<img" not in text
    assert "@octocat" not in text
    assert "[link]" not in text


def test_failures_and_gaps_are_listed():
    results = build_results()
    results["verdict"] = {"status": "void", "lines": ["1 control failed"]}
    results["controls"][0]["passed"] = False
    results["checks"][0] |= {"outcome": "failed", "message": "AUC 0.7, expected 0.6"}
    text = _render(results)
    assert text.splitlines()[2].startswith("**VOID.** **No advice")
    assert "**Failed controls**" in text
    assert "AUC 0.7, expected 0.6" in text
    assert "764 non-members" in text


def test_both_engines_stand_side_by_side_where_they_were_run():
    results = build_results()
    table = _render(results).partition("**Beside TensorFlow Privacy.**")[2]
    lines = [line for line in table.splitlines() if line.startswith("|")][2:]
    assert len(lines) == 15
    for line in lines:
        law, attack, theirs, ours, *_ = line.strip("| ").split(" | ")
        found = [
            row
            for row in results["tf_privacy_null"]
            if (row["law"], row["attack"]) == (law, attack)
        ]
        for text, key in ((theirs, "auc"), (ours, "own_auc")):
            values = [round(row[key], 2) for row in found]
            low, _, high = text.partition(" – ")
            assert float(low) == min(values)
            assert float(high or low) == max(values)
    results["tf_privacy_null"] = []
    assert "TensorFlow Privacy" not in _render(results)


def test_what_is_not_dominated_is_listed_by_strength():
    results = build_results()
    table = _render(results).partition("**By strength.**")[2].partition("\n\n**")[0]
    lines = [line for line in table.splitlines() if line.startswith("|")][2:]
    best = sorted(
        (row for row in results["frontier"] if not row["dominated"]),
        key=lambda row: row["auc"],
    )
    assert len(lines) == len(best) >= 4
    for line, row in zip(lines, best, strict=True):
        assert line.replace("\\", "").startswith(
            f"| {row['name']} | {row['auc']:.3f} ["
        )
    assert f"{len(best)} of {len(results['frontier'])} are not dominated" in table
    results["frontier"] = []
    assert "By strength" not in _render(results)


def test_missing_numbers_are_named():
    results = build_results()
    row = results["defenses"][1]
    row.update(accuracy=None, strongest_auc=None, latency_ratio=None)
    line = next(t for t in _render(results).splitlines() if t.startswith("| M-1 "))
    assert line.count("not measured") == 4


def test_stays_below_the_limit_of_a_comment():
    results = build_results(defenses=1000)
    for row in results["defenses"]:
        row["title"] = "漢" * 300
    results["checks"] = [
        {"test": f"t{i}", "outcome": "failed", "message": "x" * 5000}
        for i in range(1000)
    ]
    results["verdict"]["lines"] = ["y" * 5000] * 100
    text = _render(results)
    assert len(text.encode()) < LIMIT
    assert "more rows in the page" in text


def test_one_line_a_reason_that_is_not_measured():
    results = build_results()
    reason = "{} of 16 targets have no member in this slice"
    results["not_measured"] = [
        {"what": f"attack {i} on x (base, M-5)", "reason": reason.format(i % 16)}
        for i in range(108)
    ]
    section = _render(results).partition("**Not measured**")[2].strip()
    (line,) = section.partition("\n\n")[0].splitlines()
    assert line.startswith("- 0 to 15 of 16 targets have no member in this slice: 216")
    assert line.endswith("on 2 rows: base and M-5")
    assert _render(results).count("have no member") == 1


def test_says_what_was_not_tested_and_what_the_effects_mean():
    text = _render(build_results())
    assert "- Not tested: " in text
    for words in ("leaks less", "no clear change", "leaks more"):
        assert f"*{words}*: " in text
    assert "weaker |" not in text
