import keras
import numpy as np
import pytest

from keras_entropy import shadow
from keras_entropy.shadow.stack_training_test import X
from keras_entropy.shadow.stack_training_test import convolutional_model
from keras_entropy.shadow.stack_training_test import dense_model


@pytest.mark.parametrize("build", [dense_model, convolutional_model])
def test_predict_equals_keras(build):
    model = build()
    models = shadow.initialize(model, [1, 2, 3])
    outputs = shadow.predict(model, models, X, batch_size=25)
    assert outputs.shape == (3, 60, 3)
    assert outputs.dtype == np.float32
    for k in range(3):
        models.assign_to(model, k)
        np.testing.assert_allclose(outputs[k], model.predict(X, verbose=0), atol=1e-6)


def test_noise_at_inference_differs_between_batches_and_models():
    class Noise(keras.layers.Layer):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.generator = keras.random.SeedGenerator()

        def call(self, inputs):
            shape = keras.ops.shape(inputs)
            return inputs + keras.random.normal(shape, seed=self.generator)

    inputs = keras.Input((6,))
    model = keras.Model(inputs, Noise()(inputs))
    outputs = shadow.predict(
        model, shadow.initialize(model, [1, 2]), np.zeros((10, 6)), batch_size=5
    )
    assert len(np.unique(outputs)) == outputs.size
