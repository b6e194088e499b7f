"""The attacks load without Keras, and without the rest of the package."""

import subprocess
import sys

import pytest

from keras_entropy.attacks import controls

SCRIPT = """
import sys
from eval_suite.without_keras import leave_keras_out
leave_keras_out()
import importlib, pkgutil
import keras_entropy.attacks
for module in pkgutil.walk_packages(
    keras_entropy.attacks.__path__, "keras_entropy.attacks."
):
    if not module.name.endswith("_test"):
        importlib.import_module(module.name)
print(*sys.modules)
"""

# The ground floor of the package, of NumPy alone.
BELOW = {"keras_entropy.adam", "keras_entropy.arrays", "keras_entropy.labels"}


@pytest.fixture(scope="module")
def loaded():
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    return set(run.stdout.split())


def test_no_keras_and_no_backend_is_loaded(loaded):
    assert controls.__name__ in loaded
    assert not {"keras", "tensorflow", "jax", "torch"} & loaded


def test_nothing_else_of_the_package_is_loaded(loaded):
    own = {name for name in loaded if name.startswith("keras_entropy.")}
    attacks = {name for name in own if name.startswith("keras_entropy.attacks")}
    assert own - attacks == BELOW
