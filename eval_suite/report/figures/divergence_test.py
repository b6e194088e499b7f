import itertools

import numpy as np
from scipy import stats

from eval_suite.report.figures.divergence import spearman


def test_spearman_agrees_with_scipy():
    rng = np.random.default_rng(1)
    for n, ties in itertools.product((4, 9, 30), (False, True)):
        x, y = rng.normal(size=(2, n))
        if ties:
            x, y = np.round(x), np.round(y + x)
        expected = stats.spearmanr(x, y)
        found = spearman(list(x), list(y))
        np.testing.assert_allclose(found, expected, rtol=1e-9)
