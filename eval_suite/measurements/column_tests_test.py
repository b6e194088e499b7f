import numpy as np
import pytest
from scipy import stats

from eval_suite.measurements.column_tests import sortable
from eval_suite.measurements.column_tests import surest_column

LEVEL = 0.002


def found(x, sizes, *, y=None, level=LEVEL):
    member = np.arange(sum(sizes)) < sizes[0]
    y = np.zeros(len(member), int) if y is None else y
    return surest_column(x, y, member, level=level)


def test_the_interval_is_of_the_tie_corrected_rank_test():
    x = np.random.default_rng(0).integers(0, 40, (500, 1)) ** 2
    x[:250] += 200
    test = found(x, (250, 250))
    exact = stats.mannwhitneyu(
        x[:250, 0], x[250:, 0], method="asymptotic", use_continuity=False
    )
    auc = exact.statistic / 250**2
    error = (auc - 0.5) / stats.norm.isf(exact.pvalue / 2)
    assert test.auc == pytest.approx(auc)
    # The place of one column has half of the level.
    assert test.auc - test.auc_low == pytest.approx(
        error * stats.norm.isf(LEVEL / 4), rel=1e-9
    )


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda x: x + 0.5, "input [2]"),
        (lambda x: x * 1.7, "the spread of input [2]"),
        (lambda x: np.where(np.arange(1000) % 6, x, np.nan), "what is missing in"),
    ],
    ids=["place", "spread", "missing"],
)
def test_one_column_of_five_is_named(change, name):
    x = np.random.default_rng(1).normal(size=(2000, 5))
    x[:, 2] = np.r_[change(x[:1000, 2]), x[1000:, 2]]
    test = found(x, (1000, 1000))
    assert test.name.startswith(name)
    assert test.name.endswith("input [2]")
    assert test.differs


@pytest.mark.parametrize("dtype", ["int64", "float64", "str", "object"])
def test_one_value_of_a_category_is_named(dtype):
    rng = np.random.default_rng(1)
    x = rng.integers(0, 5, (3000, 2))
    moved = (x[:1500, 1] == 2) & (rng.random(1500) < 0.5)
    x[:1500, 1] = np.where(moved, rng.choice([0, 4], 1500), x[:1500, 1])
    test = found(x.astype(dtype), (1500, 1500))
    assert test.name.startswith("input [1] == 2")
    assert test.differs


def test_labels_alone():
    y = np.random.default_rng(0).integers(0, 4, 2000)
    y[:1000] = np.where(y[:1000] == 3, 1, y[:1000])
    test = found(None, (1000, 1000), y=y)
    assert test.name in ("label 1", "label 3")
    assert test.differs
    assert found(None, (5, 5)) is None


def test_columns_of_every_kind_go_together():
    rng = np.random.default_rng(0)
    x = np.empty((200, 6), object)
    x[:, 0] = rng.normal(size=200)
    x[:, 1] = rng.integers(0, 3, 200)
    x[:, 2] = rng.choice(["a", "b", "c"], 200)
    x[:, 3] = "always"
    x[:, 4] = np.where(rng.random(200) < 0.2, np.nan, 1.0)
    x[:, 5] = rng.random(200) < 0.5
    assert not found(x, (100, 100)).differs
    x[:100, 4] = np.nan
    assert found(x, (100, 100)).name.endswith("input [4]")


def test_other_types_become_numbers_of_the_same_ties():
    assert sortable(np.array(["b", "a", "b"])).tolist() == [1, 0, 1]
    assert sortable(np.array(["1", "10"], object)).tolist() == [1.0, 10.0]
    ids = 2**60 + np.arange(3)
    assert sortable(ids) is ids


@pytest.mark.parametrize("sizes", [(400, 400), (1000, 10), (30, 600), (10, 10)])
@pytest.mark.parametrize("law", ["rare", "zeros", "lognormal", "ties", "constant"])
def test_intervals_hold_one_half_for_draws_of_one_law(law, sizes):
    rng = np.random.default_rng(len(law) + sizes[0])
    size = (sum(sizes), 40)
    draw = {
        "rare": lambda: (rng.random(size) < 2 / size[0]).astype(int),
        "zeros": lambda: rng.lognormal(size=size) * (rng.random(size) < 0.02),
        "lognormal": lambda: rng.lognormal(sigma=3, size=size),
        "ties": lambda: rng.poisson(0.7, size),
        "constant": lambda: np.ones(size),
    }[law]
    missed = sum(
        test is not None and test.auc_low > 0.5
        for test in (found(draw(), sizes, level=0.05) for _ in range(40))
    )
    # 40 * .05, and four standard errors.
    assert missed <= 7


def test_one_shift_among_a_hundred_columns():
    rng = np.random.default_rng(0)
    marked = 0
    for _ in range(10):
        x = rng.normal(size=(10_000, 100)).astype("float32")
        x[:5000, 17] += 0.2
        test = found(x, (5000, 5000))
        marked += test.differs and test.name == "input [17]"
    assert marked >= 9
