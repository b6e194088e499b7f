import numpy as np
import pytest

from keras_entropy.queries.input_checks import check_examples
from keras_entropy.queries.input_checks import check_question
from keras_entropy.queries.input_checks import in_type_of_examples

X, Y = np.ones((4, 3), "float32"), np.arange(4)
NAN = np.where(np.eye(4, 3), np.nan, X).astype("float32")[[3, 3, 1, 0]]


@pytest.mark.parametrize(
    ("x", "y", "kind", "message"),
    [
        ({"a": X, "b": X}, Y, TypeError, "must be one array"),
        ([X, X], Y, TypeError, "Received: list of 2 parts"),
        (X.astype(complex), Y, TypeError, "dtype complex128"),
        (X[:3], Y, ValueError, r"inputs \(3, 3\) and labels \(4,\)"),
        (X[:0], Y[:0], ValueError, "at least one"),
        (X, np.eye(4) / 2, ValueError, r"one-hot rows.*y\[0\]"),
        (X, Y / 2, ValueError, r"y\[1\]=0\.5, of dtype float64"),
        (X * np.inf, Y, ValueError, "infinity in 4 of 4 examples: rows 0"),
    ],
)
def test_examples_that_can_not_be_asked_about_are_refused(x, y, kind, message):
    with pytest.raises(kind, match=message):
        check_examples(x, y)


@pytest.mark.parametrize(
    ("x", "others", "kind", "message"),
    [
        (X, X[:, :2], ValueError, r"shape \(3,\), reference examples of shape \(2,\)"),
        (X, X.astype(str), TypeError, "reference of dtype <U"),
        (X.astype("int8"), X * 300, ValueError, "values from 300.0 to 300.0"),
        (X.astype("int64"), X / 2, ValueError, "dtype int64"),
        (X.astype(bool), X * 2, ValueError, "dtype bool"),
        (X.astype("float16"), X * 1e6, ValueError, "dtype float16"),
        (X, X * np.inf, ValueError, "`reference`.*infinity in 4 of 4 examples: rows 0"),
    ],
)
def test_a_reference_of_another_kind_is_refused(x, others, kind, message):
    with pytest.raises(kind, match=message):
        in_type_of_examples(x, others, Y)


def test_a_reference_that_fits_is_put_into_the_examples_type():
    for dtype in ("int8", "bool", "float64", "uint8"):
        cast, _ = in_type_of_examples(X.astype(dtype), X, Y)
        assert cast.dtype == dtype
        assert (cast == 1).all()
    longer = X.astype("U9")
    assert in_type_of_examples(X.astype("U3"), longer, Y)[0] is longer


@pytest.mark.parametrize(
    ("question", "kind", "message"),
    [
        (None, TypeError, "Received: None of type NoneType"),
        (X.tolist(), TypeError, "of type list"),
        (X[:, :2], ValueError, r"shape \(4, 2\) for examples of shape \(4, 3\)"),
        (X.astype("float64"), TypeError, r"neighbors\.astype\(x\.dtype\)"),
        (NAN, ValueError, "NaN or infinity in 2 of 4 examples: rows 2 and 3"),
        (X * np.inf, ValueError, "NaN or infinity in .*: rows? 0"),
    ],
)
def test_a_question_unlike_the_examples_is_refused(question, kind, message):
    with pytest.raises(kind, match=f"^It must return .*{message}"):
        check_question(question, X, "It")
    check_question(X * 2, X, "It")


def test_what_is_missing_in_the_examples_may_be_missing_in_a_question():
    assert check_examples(NAN, Y)[0] is NAN
    check_question(NAN[::-1], NAN, "It")
    with pytest.raises(ValueError, match="must return finite"):
        check_question(NAN * np.inf, NAN, "It")


def test_strings_may_be_wider():
    check_question(X.astype("U9"), X.astype("U3"), "It")
