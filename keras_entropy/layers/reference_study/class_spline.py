"""The not-a-knot cubic spline as a constant matrix, in float64 NumPy."""

from __future__ import annotations

import numpy as np

from keras_entropy.arrays import Floats


def spline_matrix(knots: Floats, points: Floats) -> Floats:
    """Returns the matrix that evaluates the interpolating cubic spline.

    A spline is linear in the values that it interpolates, so its evaluation at fixed
    points is one matrix: `spline_matrix(t, T) @ y` equals
    `scipy.interpolate.CubicSpline(t, y)(T)`.

    Args:
        knots: Float array `(n,)`, strictly increasing, n at least 4.
        points: Float array `(m,)` within the knots' range.

    Returns:
        Float64 array `(m, n)`.
    """
    step = np.diff(knots)
    n = len(knots)
    # Unknown second derivatives M: continuity of the slope at the inner knots, and
    # one third derivative across the second and the last but one (not-a-knot).
    system = np.zeros((n, n))
    right = np.zeros((n, n))
    for i in range(1, n - 1):
        system[i, i - 1 : i + 2] = step[i - 1], 2 * (step[i - 1] + step[i]), step[i]
        right[i, i - 1] = 6 / step[i - 1]
        right[i, i] = -6 / step[i - 1] - 6 / step[i]
        right[i, i + 1] = 6 / step[i]
    system[0, :3] = step[1], -(step[0] + step[1]), step[0]
    system[-1, -3:] = step[-1], -(step[-2] + step[-1]), step[-2]
    moments = np.linalg.solve(system, right)

    left = np.clip(np.searchsorted(knots, points, side="right") - 1, 0, n - 2)
    width = step[left]
    to_right = ((knots[left + 1] - points) / width)[:, None]
    from_left = ((points - knots[left]) / width)[:, None]
    square = (width**2 / 6)[:, None]
    values = np.eye(n)
    return (
        to_right * values[left]
        + from_left * values[left + 1]
        + square * (to_right**3 - to_right) * moments[left]
        + square * (from_left**3 - from_left) * moments[left + 1]
    )


def study_grid(classes: int) -> tuple[Floats, Floats]:
    """Returns the study's knots `(C,)` and its three times finer grid `(3C,)`."""
    return np.linspace(0, classes, classes), np.linspace(0, classes, 3 * classes)


def study_spline(classes: int) -> Floats:
    """Returns the matrix `(3C, C)` from a class vector to its spline on the grid."""
    return spline_matrix(*study_grid(classes))
