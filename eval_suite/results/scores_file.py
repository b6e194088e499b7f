"""What attacks say of each example, as a file of comma-separated values."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from keras_entropy.arrays import Array
from keras_entropy.attacks import ExampleScores


def write_scores(
    path: Path, labels: tuple[Array, Array], scores: Mapping[str, ExampleScores]
) -> None:
    """Writes a line for each example, members first.

    Args:
        path: Of the file.
        labels: Of members and of non-members, `(n,)` and `(m,)`.
        scores: By attack, of the n + m examples.
    """
    sizes = [len(y) for y in labels]
    columns: dict[str, list[Any]] = {
        "row": [row for size in sizes for row in range(size)],
        "member": [1] * sizes[0] + [0] * sizes[1],
        "label": np.concatenate(labels).tolist(),
    }
    for name, (values, folds) in scores.items():
        columns[name] = ["" if v != v else v for v in values.tolist()]
        if folds is not None:
            columns[f"{name} fold"] = folds.tolist()
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
