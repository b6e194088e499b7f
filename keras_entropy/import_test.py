import json
import subprocess
import sys

import keras

import keras_entropy

SCRIPT = """
import json, sys
import keras
before = set(sys.modules)
import keras_entropy
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def test_the_package_loads_no_other_than_keras_and_none_of_its_heavy_parts():
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    modules = json.loads(run.stdout.splitlines()[-1])
    names = {name.split(".")[0] for name in modules} - set(sys.stdlib_module_names)
    assert names == {"keras_entropy"}
    heavy = ("keras_entropy.attacks", "keras_entropy.search", "keras_entropy.queries")
    assert not [name for name in modules if name.startswith(heavy)]


def classes_of(module):
    return {name: v for name, v in vars(module).items() if isinstance(v, type)}


def test_layers_and_losses_are_found_as_in_keras():
    layers, losses = classes_of(keras_entropy.layers), classes_of(keras_entropy.losses)
    assert classes_of(keras_entropy) == layers | losses
    assert all(issubclass(cls, keras.losses.Loss) for cls in losses.values())
    others = [cls for cls in layers.values() if not issubclass(cls, keras.layers.Layer)]
    assert others == [keras_entropy.Claims]
