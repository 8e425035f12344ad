"""Shows a run while it works: one moving line on a terminal, plain lines elsewhere.

Dagster catches what steps print, so the progress writes to a copy of the terminal that
was made before.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import UnsupportedOperation
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn
from rich.progress import TimeElapsedColumn as ElapsedColumn

from pipelines.progress import Listener, Stage
from pipelines.progress import Progress as Step

TITLES: dict[Stage, str] = {
    "prepare": "prepare",
    "ingest": "ingest extracts",
    "check": "check feeds",
    "transform": "build and test marts",
    "compare": "compare with the last publication",
    "publish": "publish",
}


@contextmanager
def shown() -> Iterator[Listener]:
    """A listener that shows progress until the block ends."""
    with _copied_terminal() as copy:
        console = Console(file=copy, highlight=False)
        if console.is_terminal:
            with _live(console) as listener:
                yield listener
        else:
            yield _plain(console)


@contextmanager
def _copied_terminal() -> Iterator[TextIO]:
    try:
        descriptor = os.dup(sys.stderr.fileno())
    except UnsupportedOperation:
        # Whoever put something else in its place catches it by other means.
        yield sys.stderr
        return
    with os.fdopen(descriptor, "w", encoding="utf-8") as copy:
        yield copy


@contextmanager
def _live(console: Console) -> Iterator[Listener]:
    columns = (
        TextColumn("{task.description:<20}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        ElapsedColumn(),
        TextColumn("{task.fields[current]}", style="dim"),
    )
    with Progress(*columns, console=console, redirect_stdout=False) as progress:
        tasks: dict[Stage, TaskID] = {}

        def listen(step: Step) -> None:
            if step.stage not in tasks:
                for earlier in tasks.values():
                    progress.update(earlier, current="")
                    progress.stop_task(earlier)
                tasks[step.stage] = progress.add_task(
                    TITLES[step.stage], total=None, current=""
                )
            progress.update(
                tasks[step.stage],
                completed=step.done,
                total=step.total or None,
                current=step.current[:60],
            )

        yield listen


def _plain(console: Console) -> Listener:
    """A line when a stage begins, and one at every tenth of it."""
    last: dict[Stage, int] = {}

    def listen(step: Step) -> None:
        tenth = 10 * step.done // step.total if step.total else 0
        if last.get(step.stage) == tenth:
            return
        last[step.stage] = tenth
        counted = f" {step.done}/{step.total}" if step.total else ""
        line = f"{TITLES[step.stage]}{counted} {step.current}".rstrip()
        console.print(line, soft_wrap=True)

    return listen
