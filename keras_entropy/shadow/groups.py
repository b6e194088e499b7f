"""Which models run at once."""


def groups_of(models, largest, stacked):
    """Divide the models into groups of one size, for which one program is compiled.

    Returns:
        `(groups, size)`: slices, and how many models are stacked in each, `None` for
        groups of a single model that is not stacked.
    """
    sizes = range(min(models, largest) if stacked else 1, 0, -1)
    size = next(size for size in sizes if models % size == 0)
    groups = [slice(start, start + size) for start in range(0, models, size)]
    return groups, None if size == 1 else size
