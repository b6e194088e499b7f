import pytest

from eval_suite.session.first_table import FirstTable
from keras_entropy import catalog

pytest_plugins = ["pytester"]

SENDING = """
import pytest

from eval_suite.session.first_table import FirstTable
from keras_entropy import catalog


def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(FirstTable(config, list(catalog.names())))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call" and "defense" in item.callspec.params:
        name = item.callspec.params["defense"]
        row = {"name": name, "asked_once": 0.6, "asked_often": None, "accuracy": 0.9}
        report.eval_suite_first = [row]
    return report
"""


@pytest.mark.parametrize("how", [("-v",), ("-q",), ("-v", "-n", "2")], ids=" ".join)
def test_the_table_stands_before_the_first_check_of_the_rest(pytester, how):
    pytester.makeconftest(SENDING)
    shown = FirstTable(None, list(catalog.names()))._shown
    pytester.makepyfile(
        f"""
        import pytest

        @pytest.mark.parametrize("defense", {shown})
        def test_first(defense): pass

        @pytest.mark.parametrize("number", range(40))
        def test_rest(number): pass
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", *how)
    result.assert_outcomes(passed=40 + len(shown))
    result.stdout.fnmatch_lines(
        [
            "A first look, *",
            "defense *",
            *(f"{name} * 90.0 % *0.600 *-" for name in shown),
            f"{len(catalog.names()) - len(shown) + 1} more defenses, * left.",
            *(["*test_rest?39? *"] if "-v" in how else []),
        ]
    )
    assert result.stdout.str().count("A first look") == 1
    if how == ("-v",):
        lines = result.outlines
        (table,) = (i for i, line in enumerate(lines) if "A first look" in line)
        assert not any("test_rest" in line for line in lines[:table])


def test_what_was_ready_before_all_was():
    table = FirstTable(None, list(catalog.names()))
    assert table.ready() == ""
