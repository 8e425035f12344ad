"""How many records a text holds, counted without a CSV reader.

A line end outside quotes ends a record, and quotes pair up: parity is all it takes.
So the count cannot share a fault with the reader whose work it checks. Texts that
break this pairing are for the careful way in `records.py`.
"""

from dataclasses import dataclass

from pipelines.extracts.limits import Limits
from pipelines.extracts.records import too_long

CUT_EVERY = 8 << 20
"""Bytes between two places at which a text may be cut."""


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
            filler = b"x"
            data = data.replace(self._escape * 2, filler * 2)
            data = data.replace(self._escape + self._quote, filler * 2)
        if self._quote and self._quote in data:
            outside, lengths = self._unquote(data)
        elif self._is_open:
            outside, lengths = b"", (None, 0)
        else:
            outside, lengths = data, _first_and_last_end(data)
        self._measure(len(data), *lengths)
        self._count_lines(outside)
        first, begun = lengths
        if first is not None:
            self._note_cut(self.size + begun)
        self.size += len(data)

    def _note_cut(self, offset: int) -> None:
        latest = self.cuts[-1].offset if self.cuts else 0
        if offset - latest >= self._cut_every:
            self.cuts.append(Cut(offset, self._count))

    def _unquote(self, data: bytes) -> tuple[bytes, tuple[int | None, int]]:
        """The text outside quotes, and where its first and last line ends stand.

        A quote stays as a mark, so that a line with an empty quoted cell is not blank.
        """
        parts = data.split(self._quote)
        first_outside = 1 if self._is_open else 0
        outside = self._quote.join(parts[first_outside::2])
        if self._is_open:
            outside = self._quote + outside
        self._is_open ^= len(parts) % 2 == 0
        if self._is_open:
            outside += self._quote
        first = last = None
        at = 0
        for index, part in enumerate(parts):
            if index % 2 == first_outside % 2:
                found, _ = _first_and_last_end(part)
                if found is not None:
                    first = at + found
                    break
            at += len(part) + 1
        at = len(data)
        for index in range(len(parts) - 1, -1, -1):
            at -= len(parts[index])
            if index % 2 == first_outside % 2:
                found, latest = _first_and_last_end(parts[index])
                if found is not None:
                    last = at + latest
                    break
            at -= 1
        return outside, (first, last or 0)

    def _measure(self, size: int, first: int | None, last: int) -> None:
        if first is None:
            self._length += size
        else:
            self.longest = max(self.longest, self._length + first)
            self._length = size - last
        self.longest = max(self.longest, self._length)
        if self.longest > self._limits.line_bytes:
            raise too_long(self._limits)

    def _count_lines(self, outside: bytes) -> None:
        if self._ignore_blanks:
            outside = outside.translate(None, b" \t")
        if not outside:
            return
        if b"\r" in outside:
            outside = outside.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        ends = outside.count(b"\n")
        if ends == 0:
            self._has_content = True
            return
        blank = 1 if outside.startswith(b"\n") and not self._has_content else 0
        if b"\n\n" in outside:
            blank += outside.split(b"\n")[1:-1].count(b"")
        self._count += ends - blank
        self._has_content = not outside.endswith(b"\n")


def _first_and_last_end(data: bytes) -> tuple[int | None, int]:
    """Where the first line end stands, and where the last line begins."""
    last = max(data.rfind(b"\n"), data.rfind(b"\r"))
    if last < 0:
        return None, 0
    first = min(at for at in (data.find(b"\n"), data.find(b"\r")) if at >= 0)
    return first, last + 1
