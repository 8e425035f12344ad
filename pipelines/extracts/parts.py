"""Cutting a large text into parts that can be read side by side.

Every part begins where a record begins, by the independent count, and knows how many
records stand before it: so each is numbered on its own, in the order of the file. Parts
flow through pipes, so that nothing is written a second time.
"""

import fcntl
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from pipelines.extracts.counting import Cut

LEAST_PART = 32 << 20
"""Bytes of a part for which a thread of its own pays."""

_BLOCK = 1 << 20
_PATIENCE = 0.1
"""Seconds between two looks at whether anybody still reads."""


@dataclass(frozen=True)
class Part:
    """Some records of a text that follow each other.

    Args:
        begin: Bytes of the text before it.
        end: Bytes of the text to where it ends.
        skip_lines: Lines before the first of its records.
        records_before: Records of the text that stand in the parts before.
    """

    begin: int
    end: int
    skip_lines: int
    records_before: int


def cut_text(
    size: int,
    skip_lines: int,
    cuts: tuple[Cut, ...],
    *,
    most: int,
    least: int = LEAST_PART,
) -> tuple[Part, ...]:
    """A text as parts of about the same size; as one where cutting does not pay.

    Args:
        size: Bytes of the text.
        skip_lines: Lines of the text before its first record.
        cuts: Places at which a record begins, in order.
        most: How many parts can be read at the same time.
        least: Bytes below which a part is not worth a thread.
    """
    number = min(most, size // least)
    chosen: list[Cut] = []
    for n in range(1, number):
        after = chosen[-1].offset if chosen else 0
        wanted = max(after + 1, size * n // number)
        chosen += next(([cut] for cut in cuts if size > cut.offset >= wanted), [])
    begins = [Cut(0, 0), *chosen]
    ends = [*(cut.offset for cut in chosen), size]
    return tuple(
        Part(cut.offset, end, 0 if cut.offset else skip_lines, cut.records)
        for cut, end in zip(begins, ends, strict=True)
    )


@contextmanager
def flowing(text: Path, parts: tuple[Part, ...]) -> Iterator[list[str]]:
    """Names under which the parts can be read, each once and by one reader.

    What cannot be read does not arrive: the count of the records will tell.
    """
    if len(parts) == 1:
        yield [str(text)]
        return
    ended = Event()
    sources: list[int] = []
    threads: list[Thread] = []
    try:
        for part in parts:
            source, target = os.pipe()
            sources.append(source)
            thread = Thread(target=_pour, args=(text, part, target, ended), daemon=True)
            thread.start()
            threads.append(thread)
        yield [f"/dev/fd/{source}" for source in sources]
    finally:
        ended.set()
        for source in sources:
            os.close(source)
        for thread in threads:
            thread.join()


def _pour(text: Path, part: Part, target: int, ended: Event) -> None:
    try:
        _widen(target)
        os.set_blocking(target, False)
        with text.open("rb", buffering=0) as source:
            at = part.begin
            while at < part.end and not ended.is_set():
                try:
                    moved = _move(source.fileno(), at, part.end - at, target)
                except BlockingIOError:
                    select.select([], [target], [], _PATIENCE)
                    continue
                if moved == 0:
                    break
                at += moved
    except OSError:
        # Either the reader has ended early, or it will come out short.
        pass
    finally:
        os.close(target)


def _move(source: int, at: int, most: int, target: int) -> int:
    """Move what the pipe has room for; the number of bytes, 0 at the end of the text.

    Linux hands pages of the file on without copying them.

    Raises:
        BlockingIOError: The pipe is full.
    """
    if sys.platform != "linux":
        return os.write(target, os.pread(source, min(_BLOCK, most), at))
    return os.splice(source, target, min(_BLOCK, most), offset_src=at)


def _widen(target: int) -> None:
    """Give a pipe room for a block, where the system lets us."""
    with suppress(AttributeError, OSError):
        fcntl.fcntl(target, fcntl.F_SETPIPE_SZ, _BLOCK)
