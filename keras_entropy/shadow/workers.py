"""The processes that joblib spreads work over: of this machine, or of a cluster."""

import contextlib
from collections.abc import Iterator
from typing import Any

import joblib

# Seconds until a scheduler that doesn't answer is given up.
PATIENCE = 20


@contextlib.contextmanager
def workers(backend: str, jobs: int, scheduler: str | None) -> Iterator[dict[str, Any]]:
    """Open a backend, and yield the arguments of `joblib.Parallel` for it.

    Args:
        backend: String: `"loky"`, `"dask"` or `"ray"`.
        jobs: Integer, processes of this machine, for `"loky"`.
        scheduler: String, address of the cluster, for the others.

    Raises:
        ValueError: If the backend is not installed or the cluster doesn't answer.
    """
    # Results as they come, so that each can be kept before the next is there.
    options = {"return_as": "generator_unordered"}
    if backend == "loky":
        yield {"backend": "loky", "n_jobs": jobs, **options}
    elif backend == "dask":
        with (
            _dask_client(scheduler) as client,
            joblib.parallel_config(backend="dask", client=client),
        ):
            yield options
    else:
        with _ray_cluster(scheduler), joblib.parallel_config(backend="ray"):
            # Its backend for joblib hands all results over at the end.
            yield {"return_as": "list"}


@contextlib.contextmanager
def _dask_client(address: str | None) -> Iterator[Any]:
    try:
        from dask import distributed
    except ImportError as error:
        raise _not_installed("dask") from error
    connect: Any = distributed.Client  # Its arguments have no types.
    try:
        client = connect(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise _no_answer(address, error) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError as error:
            raise _no_answer(address, error) from error
        yield client


@contextlib.contextmanager
def _ray_cluster(address: str | None) -> Iterator[None]:
    try:
        import ray
        from ray.util.joblib import register_ray
    except ImportError as error:
        raise _not_installed("ray") from error
    register_ray()
    try:
        cluster = ray.init(address=address, ignore_reinit_error=True)
    except (OSError, TimeoutError, ValueError) as error:
        raise _no_answer(address, error) from error
    with cluster:
        yield


def _not_installed(backend: str) -> ValueError:
    return ValueError(
        f"`backend` must be installed: pip install 'keras-entropy[{backend}]'. "
        f"Received: backend={backend!r}"
    )


def _no_answer(address: str | None, error: Exception) -> ValueError:
    return ValueError(
        f"`scheduler` must be the address of a cluster that answers within {PATIENCE} "
        "s and has workers. "
        f"Received: scheduler={address!r}, which fails with: {error}"
    )
