"""The batch on machines of a running Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from helpers.errors import DataError


def run_on_cluster(
    work: Callable[[Any], Any], items: list, address: str, timeout_s: float = 15.0
) -> Iterator[Any]:
    """Apply a function to every item on an existing Dask cluster.

    Items of a worker that dies are given to another one.

    Parameters
    ----------
    work : picklable; this package must be installed where the workers run
    items : picklable
    address : of the scheduler, such as tcp://10.0.0.5:8786
    timeout_s : how long to wait for the scheduler

    Yields
    ------
    results, in the order in which they finish

    Raises
    ------
    DataError
        when dask is not installed, no scheduler answers, or workers keep dying.
    """
    try:
        from distributed import Client, as_completed
        from distributed.scheduler import KilledWorker
    except ImportError as error:
        raise DataError(
            "a scheduler was given but dask is not installed. Install the optional packages with "
            "pip install 'hematoma-expansion-book[cluster]', or leave the scheduler out."
        ) from error
    try:
        client = Client(address, timeout=timeout_s, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise DataError(
            f"no Dask scheduler answers at {address}; expected tcp://host:port of a running one. "
            "Start it with `dask scheduler` and its workers with `dask worker`."
        ) from error
    with client:
        futures = client.map(work, items, pure=False)
        try:
            for future in as_completed(futures, loop=client.loop):
                yield future.result()
                future.release()
        except KilledWorker as error:
            raise DataError(
                "workers of the Dask cluster died again and again on the same patient, most often "
                "because memory ran out. Run again: measured lesions are kept."
            ) from error
