"""The evaluation: `pytest eval_suite`, and `evaluate` for scripts and notebooks."""

from eval_suite.evaluation import Evaluation as Evaluation
from eval_suite.evaluation import evaluate as evaluate
