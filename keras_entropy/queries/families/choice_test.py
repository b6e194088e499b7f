import hypothesis
import keras
import numpy as np
import pytest
from hypothesis import strategies as st

from keras_entropy.queries.families.choice import families_for

RNG = np.random.default_rng(0)
NOISE = ["noise-0.3", "noise-0.5", "noise-0.7"]
REDRAWN = ["redrawn-0.1", "redrawn-0.2", "redrawn-0.3"]


def names(x, labels=None, model=None):
    y = np.arange(len(x)) % 3 if labels is None else labels
    found = families_for(x, y, reference=(x, y), model=model)
    return [family.name for family in found]


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        (RNG.normal(size=(30, 4)), [*NOISE, "lines"]),
        (RNG.normal(size=(30, 5, 5)), [*NOISE, "half-pixel-shifts", "lines"]),
        (RNG.normal(size=(30, 5, 5, 3)), [*NOISE, "half-pixel-shifts", "lines"]),
        (RNG.normal(size=(30, 2, 5, 5, 3)), [*NOISE, "lines"]),
        (RNG.integers(0, 9, (30, 4)), REDRAWN),
        (RNG.integers(0, 9, (30, 4)).astype("float32"), REDRAWN),
        (RNG.integers(0, 2, (30, 4)).astype(bool), REDRAWN),
        (RNG.choice(["a", "bcd"], (30, 4)), REDRAWN),
        (RNG.choice(np.array(["a", "bcd"], object), (30,)), REDRAWN),
    ],
)
def test_families_suit_the_kind_of_input(x, expected):
    assert names(x) == expected


def test_a_reference_of_one_class_has_no_lines():
    assert names(RNG.normal(size=(30, 4)), np.ones(30, int)) == NOISE


def test_a_model_with_augmentation_adds_its_own():
    model = keras.Sequential(
        [keras.Input((5, 5, 3)), keras.layers.RandomFlip(), keras.layers.Flatten()]
    )
    x = RNG.normal(size=(30, 5, 5, 3)).astype("float32")
    assert names(x, model=model)[-1] == "augmentation"


def test_what_can_not_be_changed_is_refused():
    with pytest.raises(ValueError, match="the same value everywhere"):
        names(np.ones((5, 3)))


def strings(rng, shape):
    return rng.choice(["", "a", "béé", "a long one"], shape)


MAKERS = {
    "float16": lambda rng, shape: rng.normal(size=shape).astype("float16"),
    "float32": lambda rng, shape: rng.normal(size=shape).astype("float32"),
    "float64": lambda rng, shape: rng.normal(size=shape),
    "codes": lambda rng, shape: rng.integers(0, 4, shape).astype("float32"),
    "mixed": lambda rng, shape: np.where(
        np.arange(shape[-1]) % 2, rng.normal(size=shape), rng.integers(0, 9, shape)
    ),
    "int8": lambda rng, shape: rng.integers(-128, 128, shape).astype("int8"),
    "uint8": lambda rng, shape: rng.integers(0, 256, shape).astype("uint8"),
    "int64": lambda rng, shape: rng.integers(-(2**62), 2**62, shape),
    "bool": lambda rng, shape: rng.integers(0, 2, shape).astype(bool),
    "str": strings,
    "object": lambda rng, shape: strings(rng, shape).astype(object),
}


@hypothesis.settings(max_examples=120, deadline=None)
@hypothesis.given(
    kind=st.sampled_from(sorted(MAKERS)),
    shape=st.lists(st.integers(1, 5), min_size=1, max_size=3).map(tuple),
    examples=st.integers(1, 40),
    others=st.integers(25, 40),
    seed=st.integers(0, 2**32 - 1),
)
def test_neighbors_are_like_the_examples(kind, shape, examples, others, seed):
    rng = np.random.default_rng(seed)
    x, reference = (MAKERS[kind](rng, (n, *shape)) for n in (examples, others))
    y, labels = rng.integers(0, 3, examples), rng.integers(0, 3, others)
    hypothesis.assume(not (reference == reference[:1]).all())
    before = x.copy()
    families = families_for(x, y, reference=(reference, labels), seed=seed)
    again = families_for(x, y, reference=(reference, labels), seed=seed)
    for family, same in zip(families, again, strict=True):
        asked = list(family.questions(x, y, 4))
        for question, repeated in zip(asked, same.questions(x, y, 3), strict=False):
            assert question.shape == x.shape
            assert question.dtype.kind == x.dtype.kind
            if x.dtype.kind != "U":
                assert question.dtype == x.dtype
            assert not np.shares_memory(question, x)
            assert not np.shares_memory(question, reference)
            # More questions, and other families beside it, change none of them.
            np.testing.assert_array_equal(question, repeated)
            if x.dtype.kind in "UOb" or kind in ("codes", "int8", "int64"):
                flat = np.concatenate([x, reference]).reshape(-1, x[0].size)
                for column, values in enumerate(question.reshape(len(x), -1).T):
                    assert set(values) <= set(flat[:, column])
    np.testing.assert_array_equal(x, before)


@pytest.mark.parametrize("kind", ["float32", "mixed", "int64", "str"])
def test_an_example_is_asked_alike_whoever_follows(kind):
    x, reference = (MAKERS[kind](RNG, (n, 6)) for n in (60, 50))
    y, labels = RNG.integers(0, 3, 60), RNG.integers(0, 3, 50)
    for family in families_for(x, y, reference=(reference, labels)):
        for whole, part in zip(
            family.questions(x, y, 3), family.questions(x[:11], y[:11], 3), strict=True
        ):
            np.testing.assert_array_equal(whole[:11], part)


def test_another_seed_asks_something_else():
    x, y = RNG.normal(size=(30, 4)), np.arange(30) % 2
    one, other = (families_for(x, y, reference=(x, y), seed=s)[0] for s in (0, 1))
    assert not np.array_equal(one.question(x, y, 0), other.question(x, y, 0))
