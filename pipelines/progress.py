"""Telling whoever watches how far a run is.

The run says what it does with `report`; who listens, and how it looks, is decided by
whoever starts the run (`watched`). Without a listener nothing happens.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

Stage = Literal["prepare", "ingest", "transform", "check", "compare", "publish"]


@dataclass(frozen=True)
class Progress:
    """How far one stage is; `total` is 0 while it is not known."""

    stage: Stage
    done: int
    total: int
    current: str


Listener = Callable[[Progress], None]

_listener: ContextVar[Listener | None] = ContextVar("progress_listener", default=None)


@contextmanager
def watched(by: Listener | None) -> Iterator[None]:
    """Send the progress of everything inside to one listener."""
    token = _listener.set(by)
    try:
        yield
    finally:
        _listener.reset(token)


def listener() -> Listener | None:
    """Who listens; to be asked before work is given to other threads."""
    return _listener.get()


def report(stage: Stage, done: int = 0, total: int = 0, current: str = "") -> None:
    """Say how far a stage is."""
    told = _listener.get()
    if told is not None:
        told(Progress(stage, done, total, current))
