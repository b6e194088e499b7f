from eval_suite.benchmarks.edges.gate import Model
from eval_suite.benchmarks.edges.gate import statuses

RUNS = 120


def test_limit_that_the_strongest_attacks_reach_is_seldom_passed():
    # Loss, by class or not, and the entropy that knows the label are about as strong.
    # A gate that passes 5 % by chance exceeds 11 of 120 in 2 %; the headline's bound
    # alone passes 13 of these.
    model = Model(lift=0.25)
    limit = 0.5616  # model.strongest_auc()
    found = statuses(model, limit, side=500, runs=RUNS)
    assert found.count("pass") <= 11
    assert found.count("fail") <= 4


def test_model_without_leak_passes_well_above_a_half():
    found = statuses(Model(), 0.58, side=500, runs=40)
    assert found.count("pass") >= 39
