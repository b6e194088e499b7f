import collections
import dataclasses

import pytest

from eval_suite.doctor.design import SHIFT
from eval_suite.doctor.design import draw_cells
from eval_suite.doctor.design import examples_for


@pytest.mark.parametrize(("examples", "images"), [(1797, True), (569, False)])
def test_levels_are_balanced(examples, images):
    cells = draw_cells(examples, images=images)
    assert len(set(cells)) == len(cells) == 60
    for field in dataclasses.fields(cells[0]):
        counts = collections.Counter(getattr(cell, field.name) for cell in cells)
        assert max(counts.values()) <= min(counts.values()) + 3, (field.name, counts)


def test_only_pictures_are_shifted():
    assert SHIFT in {cell.regularization for cell in draw_cells(1797, images=True)}
    cells = draw_cells(1797, images=False)
    assert SHIFT not in {cell.regularization for cell in cells}


def test_every_cell_fits_the_dataset():
    cells = draw_cells(examples_for(400), images=True)
    assert {cell.size for cell in cells} == {200, 400}


def test_the_same_cells_are_drawn_again():
    assert draw_cells(1797, images=True) == draw_cells(70_000, images=True)


def test_too_little_is_refused():
    with pytest.raises(ValueError, match="takes a dataset of 471 examples"):
        draw_cells(470, images=True)
    with pytest.raises(ValueError, match="at least 8 cells"):
        draw_cells(1797, images=True, cells=7)
