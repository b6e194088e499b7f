import json
import subprocess
import sys

import keras

import keras_entropy

SCRIPT = """
import json, sys, time
import keras
before = set(sys.modules)
start = time.process_time()
import keras_entropy
seconds = time.process_time() - start
print(json.dumps([seconds, sorted(set(sys.modules) - before)]))
"""


def import_in_a_new_process():
    run = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout.splitlines()[-1])


def test_the_package_adds_little_to_the_import_of_keras():
    seconds, modules = import_in_a_new_process()
    names = {name.split(".")[0] for name in modules} - set(sys.stdlib_module_names)
    assert names == {"keras_entropy"}
    assert not {name for name in modules if name.startswith("keras_entropy.attacks")}
    # Of this process alone, whatever else the machine does; cold caches may slow one
    # start down, not three.
    for _ in range(2):
        if seconds < 0.1:
            break
        seconds = min(seconds, import_in_a_new_process()[0])
    assert seconds < 0.1


def classes_of(module):
    return {name: v for name, v in vars(module).items() if isinstance(v, type)}


def test_layers_and_losses_are_found_as_in_keras():
    layers, losses = classes_of(keras_entropy.layers), classes_of(keras_entropy.losses)
    assert classes_of(keras_entropy) == layers | losses
    assert all(issubclass(cls, keras.losses.Loss) for cls in losses.values())
    others = [cls for cls in layers.values() if not issubclass(cls, keras.layers.Layer)]
    assert others == [keras_entropy.Claims]
