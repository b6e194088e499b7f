"""What `keras_entropy.callbacks.MembershipAudit` costs, against an epoch of training.

Run from a checkout, on any backend: `python -m eval_suite.benchmarks.audit_callback`.
The data are of MNIST's size, 60,000 x 784, the network is the reference study's. An
epoch and an audit are timed in turn, so that whatever slows the machine slows both.
"""

from __future__ import annotations

import time
from typing import Any

import keras
import numpy as np

from eval_suite.subjects.study_network import study_mlp
from keras_entropy.callbacks import MembershipAudit

_EPOCHS = 7
# The first ones compile, and an audit's first call as well.
_WARM = 2


class TimedAudit(MembershipAudit):
    """Notes how long each audit takes, and each epoch with it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.audits: list[float] = []
        self.epochs: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Starts the clock."""
        self._start = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Audits, and stops the clock."""
        trained = time.perf_counter()
        super().on_epoch_end(epoch, logs)
        self.audits.append(time.perf_counter() - trained)
        self.epochs.append(trained - self._start)


def ratio(batch_size: int) -> tuple[float, float, float]:
    """Returns the median seconds of an epoch and of an audit, and their ratio's."""
    rng = np.random.default_rng(0)
    x = rng.random((70_000, 784), dtype=np.float32)
    y = rng.integers(0, 10, 70_000)
    model = study_mlp((784,), 10)
    model.compile("adam", "sparse_categorical_crossentropy")
    audit = TimedAudit((x[:60_000], y[:60_000]), (x[60_000:], y[60_000:]))
    model.fit(
        x[:60_000],
        y[:60_000],
        epochs=_EPOCHS,
        batch_size=batch_size,
        verbose=0,
        callbacks=[audit],
    )
    epochs, audits = (np.array(t[_WARM:]) for t in (audit.epochs, audit.audits))
    return (
        float(np.median(epochs)),
        float(np.median(audits)),
        float(np.median(audits / epochs)),
    )


def main() -> None:
    """Prints a line for each batch size."""
    print(f"Keras on {keras.backend.backend()}")
    for batch_size in (32, 128):
        epoch, audit, share = ratio(batch_size)
        print(
            f"batch size {batch_size:3}: epoch {epoch:.2f} s, audit {1000 * audit:.0f} "
            f"ms, {share:.1%} of an epoch"
        )


if __name__ == "__main__":
    main()
