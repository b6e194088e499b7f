import pytest

from keras_entropy.shadow.groups import common_size
from keras_entropy.shadow.groups import groups_of


@pytest.mark.parametrize(
    ("models", "size"),
    [(1, None), (2, 2), (4, 4), (5, None), (6, 3), (8, 4), (10, 2), (16, 4)],
)
def test_groups_are_of_one_size_and_hold_every_model_once(models, size):
    assert common_size(models, 4, True) == size
    groups = groups_of(models, size or 1)
    assert {group.stop - group.start for group in groups} == {size or 1}
    assert [k for group in groups for k in range(models)[group]] == list(range(models))


def test_what_cannot_be_stacked_runs_alone():
    assert common_size(8, 4, False) is None
    assert len(groups_of(8, 1)) == 8


def test_the_last_group_may_be_smaller():
    assert groups_of(10, 4) == [slice(0, 4), slice(4, 8), slice(8, 10)]
