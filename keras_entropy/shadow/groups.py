"""Which models run at once."""


def common_size(models: int, largest: int, stacked: bool) -> int | None:
    """Return the size of the largest groups that are all of one size.

    One size, because a program is compiled for each.

    Args:
        models: Number of models.
        largest: Most models in a group.
        stacked: Whether models can be stacked at all.

    Returns:
        How many models are stacked in each group, or `None` for groups of a single
        model, which is not stacked.
    """
    sizes = range(min(models, largest) if stacked else 1, 0, -1)
    size = next(size for size in sizes if models % size == 0)
    return None if size == 1 else size


def groups_of(models: int, size: int) -> list[slice]:
    """Divide the models into groups of `size`, the last of which may be smaller."""
    return [slice(k, min(k + size, models)) for k in range(0, models, size)]
