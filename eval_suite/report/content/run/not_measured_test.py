from eval_suite.report.content.run.not_measured import by_reason
from eval_suite.report.made_up_runs.results import build_results


def _run(*entries):
    results = build_results()
    results["not_measured"] = [{"what": w, "reason": r} for w, r in entries]
    return results


def test_one_entry_a_reason_with_its_number_and_rows():
    reason = "16 of 16 targets have no member in this slice"
    other = "3 of 16 targets have no member in this slice"
    found = by_reason(
        _run(
            ("loss on incorrect (base, M-1)", reason),
            ("entropy on incorrect (base, M-5)", other),
            ("latency", "runs under xdist"),
        )
    )
    assert [entry.figures for entry in found] == [4, 1]
    assert found[0].rows == ["base", "M-1", "M-5"]
    assert found[0].words() == (
        "3 to 16 of 16 targets have no member in this slice: 4 figures (loss on "
        "incorrect, entropy on incorrect), on 3 rows: base, M-1 and M-5"
    )
    assert found[1].words() == "runs under xdist: 1 figure (latency)"


def test_nothing_is_lost():
    entries = [(f"figure {i} (M-5)", f"reason {'abcd'[i % 4]}") for i in range(220)]
    found = by_reason(_run(*entries))
    assert len(found) == 4
    assert sum(entry.figures for entry in found) == 220
    assert {what for entry in found for what in entry.what} == {
        what.removesuffix(" (M-5)") for what, _ in entries
    }


def test_brackets_that_hold_no_rows_stay():
    (found,) = by_reason(_run(("AUC (asked often)", "none were asked")))
    assert found.what == ["AUC (asked often)"]
    assert found.rows == []


def test_all_rows_are_not_listed():
    names = ", ".join(row["name"] for row in build_results()["defenses"])
    (found,) = by_reason(_run((f"latency ({names})", "under xdist")))
    assert found.words() == "under xdist: 7 figures (latency), on all 7 rows"
