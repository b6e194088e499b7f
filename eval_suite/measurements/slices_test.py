from eval_suite.measurements.slices import MAX_CLASSES
from eval_suite.measurements.slices import slices
from eval_suite.measurements.slices import slices_left_out


def test_few_classes_are_looked_at_one_by_one():
    assert slices(MAX_CLASSES) == ("entire", "correctness", "class")
    assert slices_left_out(MAX_CLASSES) == []


def test_many_classes_are_not_and_the_reason_is_told():
    assert slices(1000) == ("entire", "correctness")
    (gap,) = slices_left_out(1000)
    assert gap.what == "slices by class"
    assert gap.reason.startswith("1000 classes; up to 20")
