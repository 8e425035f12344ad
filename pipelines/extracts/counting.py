"""How many records a text holds, counted without a CSV reader.

A line end outside quotes ends a record, and quotes pair up: parity is all it takes.
So the count cannot share a fault with the reader whose work it checks. Texts that
break this pairing are for the careful way in `records.py`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.extracts.limits import Limits
from pipelines.extracts.records import too_long

CUT_EVERY = 8 << 20
"""Bytes between two places at which a text may be cut."""

_TAB, _LF, _CR, _BLANK = b"\t\n\r "
_TWO_LF = int.from_bytes(b"\n\n")

Bytes = NDArray[np.uint8]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Cut:
    """A place in a text at which a record begins.

    Args:
        offset: Bytes before it.
        records: Records before it.
    """

    offset: int
    records: int


class RecordCounter:
    """Counts the records of a UTF-8 or ASCII-transparent text fed in chunks."""

    def __init__(
        self,
        quote: str,
        escape: str,
        limits: Limits,
        ignore_blanks: bool = False,
        cut_every: int = CUT_EVERY,
    ) -> None:
        self._quote = quote.encode()
        self._sign = self._quote if len(self._quote) < 2 else b"\0"
        self._escape = escape.encode() if escape != quote else b""
        self._limits = limits
        self._ignore_blanks = ignore_blanks
        self._held = b""
        self._is_open = False
        self._has_content = False
        self._length = 0
        self._count = 0
        self._cut_every = cut_every
        self.size = 0
        """Bytes counted so far."""
        self.cuts: list[Cut] = []
        """Some of the places at which a record begins, in order."""
        self.longest = 0
        """Upper bound of the length of a record in bytes, where it spans chunks."""

    def feed(self, chunk: bytes) -> None:
        """Take the next chunk of the text."""
        data = self._held + chunk if self._held else chunk
        kept = len(data)
        if data.endswith(b"\r"):
            kept -= 1
        elif self._escape and data.endswith(self._escape):
            kept = len(data.rstrip(self._escape))
        self._held = data[kept:]
        self._take(data[:kept] if self._held else data)

    def finish(self) -> int | None:
        """The number of records, or nothing when a quote was never closed."""
        if self._held:
            self._take(self._held)
        if self._is_open:
            return None
        return self._count + (1 if self._has_content else 0)

    def _take(self, data: bytes) -> None:
        if self._escape:
            for escaped in (self._escape * 2, self._escape + self._quote):
                data = data.replace(escaped, b"x" * len(escaped))
        if len(self._quote) > 1:
            # NUL bytes are refused before, so one can stand for a longer quote.
            data = data.replace(self._quote, b"\0".ljust(len(self._quote), b"x"))
        text = np.frombuffer(data, np.uint8)
        has_quotes = self._is_open or (self._sign and self._sign in data)
        if not (has_quotes or self._ignore_blanks) and _has_plain_lines(data):
            self._take_plain_lines(data, text)
            return
        begins, afters = _line_ends(data, text)
        if has_quotes:
            begins, afters = self._outside_quotes(text, begins, afters)
        if len(begins) == 0:
            self._measure(len(data), len(data), 0)
        else:
            self._measure(len(data), int(begins[0]), int(afters[-1]))
        self._count_lines(text, begins, afters)
        if len(afters):
            self._note_cut(self.size + int(afters[-1]))
        self.size += len(data)

    def _take_plain_lines(self, data: bytes, text: Bytes) -> None:
        """The same where every line end ends a record: they need only be counted."""
        first, last = data.index(b"\n"), data.rindex(b"\n")
        self._measure(len(data), first, last + 1)
        is_first_blank = first == 0 and not self._has_content
        self._count += int(np.count_nonzero(text == _LF)) - is_first_blank
        self._has_content = last + 1 < len(data)
        self._note_cut(self.size + last + 1)
        self.size += len(data)

    def _note_cut(self, offset: int) -> None:
        latest = self.cuts[-1].offset if self.cuts else 0
        if offset - latest >= self._cut_every:
            self.cuts.append(Cut(offset, self._count))

    def _outside_quotes(
        self, text: Bytes, begins: Places, afters: Places
    ) -> tuple[Places, Places]:
        """The line ends before which the quotes pair up."""
        quotes = np.flatnonzero(text == ord(self._sign))
        was_open = self._is_open
        self._is_open ^= len(quotes) % 2 == 1
        is_outside = np.searchsorted(quotes, begins) % 2 == was_open
        return begins[is_outside], afters[is_outside]

    def _measure(self, size: int, first_end: int, last_begin: int) -> None:
        """Bound the length of the records that cross the borders of a chunk.

        Args:
            size: Bytes of the chunk.
            first_end: Where the first line end in it begins; its size without one.
            last_begin: Where its last line begins; 0 if that is its first.
        """
        self.longest = max(self.longest, self._length + first_end)
        self._length = size - last_begin + (0 if last_begin else self._length)
        self.longest = max(self.longest, self._length)
        if self.longest > self._limits.line_bytes:
            raise too_long(self._limits)

    def _count_lines(self, text: Bytes, begins: Places, afters: Places) -> None:
        """Count the lines that end here; blank ones are no records.

        The lines are the stretches from 0 or behind an end to the next end.
        """
        starts = np.concatenate(([0], afters))
        stops = np.concatenate((begins, [len(text)]))
        if self._ignore_blanks:
            written = np.flatnonzero((text != _BLANK) & (text != _TAB))
            starts = np.searchsorted(written, starts)
            stops = np.searchsorted(written, stops)
        has_content = starts < stops
        has_content[0] |= self._has_content
        self._count += int(np.count_nonzero(has_content[:-1]))
        self._has_content = bool(has_content[-1])


def _has_plain_lines(data: bytes) -> bool:
    """Whether there are line ends, all of them LF, and none directly after another.

    Pairs of bytes are compared as numbers, those that begin at even places and
    those at odd ones: a search for the text is several times slower.
    """
    if b"\r" in data or b"\n" not in data:
        return False
    size = len(data)
    pairs = (
        np.frombuffer(data, np.uint16, count, offset)
        for offset, count in ((0, size // 2), (1, (size - 1) // 2))
    )
    return not any((pair == _TWO_LF).any() for pair in pairs)


def _line_ends(data: bytes, text: Bytes) -> tuple[Places, Places]:
    """Where line ends begin, and where what follows them begins: LF, CRLF or CR."""
    ends = np.flatnonzero(text == _LF)
    if b"\r" not in data:
        return ends, ends + 1
    returns = np.flatnonzero(text == _CR)
    # The last byte is a CR only at the end of the text: then nothing follows it.
    is_pair = text[np.minimum(returns + 1, len(text) - 1)] == _LF
    is_alone = text[ends - 1] != _CR
    is_alone[ends == 0] = True
    begins = np.concatenate((ends[is_alone], returns))
    afters = np.concatenate((ends, returns[~is_pair])) + 1
    return np.sort(begins, kind="stable"), np.sort(afters, kind="stable")
