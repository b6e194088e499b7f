import pytest

from keras_entropy.shadow.groups import groups_of


@pytest.mark.parametrize(
    ("models", "size"),
    [(1, None), (2, 2), (4, 4), (5, None), (6, 3), (8, 4), (10, 2), (16, 4)],
)
def test_groups_are_of_one_size_and_hold_every_model_once(models, size):
    groups, stacked = groups_of(models, 4, True)
    assert stacked == size
    assert {group.stop - group.start for group in groups} == {size or 1}
    assert [k for group in groups for k in range(models)[group]] == list(range(models))


def test_what_cannot_be_stacked_runs_alone():
    groups, stacked = groups_of(8, 4, False)
    assert stacked is None
    assert len(groups) == 8
