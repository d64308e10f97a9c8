"""Doing one thing many times at the same moment."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any


def at_once(do: Callable[[Any], Any], things: Sequence[Any]) -> list[Any]:
    """Do something with many things, all at the same moment."""
    barrier = Barrier(len(things))

    def wait_and_do(thing: Any) -> Any:
        barrier.wait()
        return do(thing)

    with ThreadPoolExecutor(len(things)) as pool:
        return list(pool.map(wait_and_do, things))
