import types

from eval_suite.session.check_order import put_first


def check(name, **params):
    return types.SimpleNamespace(
        name=f"{name}[{params}]", callspec=types.SimpleNamespace(params=params)
    )


def test_the_first_defenses_are_asked_first_and_all_else_stays():
    asked = [
        check("test_answers_are_probabilities", target=name)
        for name in ("base", "M-1", "M-9", "temperature")
    ]
    other = types.SimpleNamespace(name="test_wired")
    items = [other, *asked, check("test_latency", target="M-9")]
    put_first(items, ["M-9"])
    assert [item.name for item in items[:3]] == [
        other.name,
        asked[0].name,
        asked[2].name,
    ]
    assert items[3:5] == [asked[1], asked[3]]
    assert items[5].name.startswith("test_latency")
