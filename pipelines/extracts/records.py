"""Records of text files, one by one, each with its raw bytes and its faults.

This is the careful way: slow, and complete. Every byte of the file belongs to exactly
one record, one blank line or the lines before the data. Values are not looked at here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pipelines.errors import FitmartError
from pipelines.extracts.limits import Limits

_LINE_ENDS = b"\r\n"


@dataclass(frozen=True)
class Dialect:
    """How a text file separates and quotes its cells."""

    delimiter: str
    """One character, or `whitespace` for runs of blanks."""
    quote: str
    escape: str
    encoding: str
    errors: str = "strict"


@dataclass(frozen=True)
class Record:
    """One record: its bytes, and its cells or the rule that it broke."""

    raw: bytes
    cells: tuple[str, ...]
    broken: str | None
    lines: int


def physical_lines(chunks: Iterable[bytes], limits: Limits) -> Iterator[bytes]:
    """Lines with their ends, which may be LF, CRLF or CR.

    Raises:
        FitmartError: A line is longer than the limit.
    """
    tail = b""
    for chunk in chunks:
        data = tail + chunk if tail else chunk
        if not data:
            # A decoder may keep all of a chunk for the next one.
            continue
        lines = data.splitlines(keepends=True)
        # The last line may go on, and a CR at the end may be half of a CRLF.
        tail = b"" if data.endswith(b"\n") else lines.pop()
        if len(tail) > limits.line_bytes:
            raise too_long(limits)
        yield from lines
    yield from tail.splitlines(keepends=True)


def too_long(limits: Limits) -> FitmartError:
    return FitmartError(
        f"a line is longer than {limits.line_bytes} bytes",
        rule="line_length",
        remedy="Check the file for a lost line end or quote, or raise "
        "FITMART_MAX_LINE_BYTES.",
    )


class Tally:
    """Passes chunks on and counts their bytes."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.size += len(chunk)
            yield chunk


def is_blank(line: bytes) -> bool:
    return not line.strip(_LINE_ENDS)


class Reader:
    """Cuts a text into records; remembers what it saw of the file's structure.

    Args:
        with_cells: Also split and decode; without it only the bytes are of interest.
    """

    def __init__(
        self,
        chunks: Iterable[bytes],
        dialect: Dialect,
        limits: Limits,
        with_cells: bool = True,
    ) -> None:
        self._with_cells = with_cells
        self._tally = Tally(chunks)
        self._lines = physical_lines(self._tally, limits)
        self._returned: list[bytes] = []
        self._dialect = dialect
        self._limits = limits
        self.encoding = dialect.encoding
        self._is_utf8 = dialect.encoding == "utf-8"
        self._quote = dialect.quote.encode(dialect.encoding) if dialect.quote else b""
        self.spans_lines = False
        """Some record is quoted across lines."""
        self.was_cut = False
        """Some record that never closed its quote was taken to end with its line."""
        self.has_bare_cr = False
        """Some line ends with a CR alone."""
        self.size = 0
        """Bytes that were taken, blank lines included."""
        self.text_size = 0
        """The same in UTF-8."""
        self.lines = 0
        """Physical lines that were taken, blank lines included."""

    @property
    def took_everything(self) -> bool:
        """Whether every byte so far went into a record or was passed over."""
        return self.size == self._tally.size

    def __iter__(self) -> Iterator[Record]:
        while (record := self.next_record()) is not None:
            yield record

    def next_record(self) -> Record | None:
        """The next record, or nothing at the end."""
        while (line := self._next_line()) is not None:
            if is_blank(line) or (
                self._dialect.delimiter == "whitespace" and not line.strip()
            ):
                self._took(line, 1)
                continue
            record = self._record(line)
            self._took(record.raw, record.lines)
            return record
        return None

    def skip_line(self) -> None:
        """Pass over one physical line, whatever it holds."""
        if (line := self._next_line()) is not None:
            self._took(line, 1)

    def _next_line(self) -> bytes | None:
        if self._returned:
            return self._returned.pop()
        return next(self._lines, None)

    def _took(self, raw: bytes, lines: int) -> None:
        self.size += len(raw)
        if self._is_utf8 or raw.isascii():
            self.text_size += len(raw)
        else:
            errors = self._dialect.errors
            lenient = "replace" if errors == "strict" else errors
            text = raw.decode(self._dialect.encoding, lenient)
            self.text_size += len(text.encode())
        self.lines += lines
        self.has_bare_cr |= raw.endswith(b"\r")

    def _record(self, line: bytes) -> Record:
        if not self._quote or self._quote not in line:
            return self._finish(line, 1)
        taken = [line]
        size = len(line)
        while True:
            raw = b"".join(taken)
            state = self._state(raw)
            if state != "open":
                break
            following = self._next_line()
            if following is None or size + len(following) > self._limits.line_bytes:
                if following is not None:
                    self._returned.append(following)
                state = "unterminated_quote"
                break
            taken.append(following)
            size += len(following)
            if self._quote not in following:
                # Only a quote can end it: skip ahead without parsing again.
                size += self._take_until_quote(taken, size)
        if state == "closed":
            self.spans_lines |= len(taken) > 1
            return self._finish(raw, len(taken))
        if len(taken) > 1:
            # The quote is lost. Give back all but the first line, so that one
            # fault costs one record and not the rest of the file.
            self._returned.extend(reversed(taken[1:]))
            self.was_cut = True
        return Record(taken[0], (), state, 1)

    def _take_until_quote(self, taken: list[bytes], size: int) -> int:
        added = 0
        while (line := self._next_line()) is not None:
            taken.append(line)
            added += len(line)
            if self._quote in line or size + added > self._limits.line_bytes:
                break
        return added

    def _state(self, raw: bytes) -> str:
        text = raw.rstrip(_LINE_ENDS).decode(self._dialect.encoding, "replace")
        outcome = split_cells(text, self._dialect)
        return outcome if isinstance(outcome, str) else "closed"

    def _finish(self, raw: bytes, lines: int) -> Record:
        if not self._with_cells:
            return Record(raw, (), None, lines)
        body = raw.rstrip(_LINE_ENDS)
        try:
            text = body.decode(self._dialect.encoding, self._dialect.errors)
        except UnicodeDecodeError:
            return Record(raw, (), "undecodable_bytes", lines)
        cells = split_cells(text, self._dialect)
        if isinstance(cells, str):
            return Record(raw, (), cells, lines)
        if len(cells) > self._limits.cells:
            return Record(raw, (), "too_many_cells", lines)
        return Record(raw, tuple(cells), None, lines)


def split_cells(text: str, dialect: Dialect) -> list[str] | str:
    """The cells of one record, or what is wrong: `open` or `stray_quote`."""
    if dialect.delimiter == "whitespace":
        return text.split()
    quote, delimiter = dialect.quote, dialect.delimiter
    if not quote or quote not in text:
        return text.split(delimiter)
    cells: list[str] = []
    at = 0
    while True:
        start = at
        while text.startswith(" ", start) and delimiter != " ":
            start += 1
        if text.startswith(quote, start):
            quoted = _quoted(text, start + 1, dialect)
            if isinstance(quoted, str):
                return quoted
            cell, at = quoted
            cells.append(cell)
            if at == len(text):
                return cells
            if not text.startswith(delimiter, at):
                return "stray_quote"
            at += 1
        else:
            end = text.find(delimiter, at)
            if end < 0:
                cells.append(text[at:])
                return cells
            cells.append(text[at:end])
            at = end + 1


def _quoted(text: str, at: int, dialect: Dialect) -> tuple[str, int] | str:
    """The cell whose quote was opened before `at`, and where it ended."""
    quote, escape = dialect.quote, dialect.escape
    parts: list[str] = []
    while True:
        end = text.find(quote, at)
        if escape and escape != quote:
            escaped = text.find(escape, at)
            if 0 <= escaped < end or (escaped >= 0 and end < 0):
                following = text[escaped + 1 : escaped + 2]
                literal = following if following in (quote, escape) else None
                parts.append(text[at:escaped])
                parts.append(escape + following if literal is None else literal)
                at = escaped + 2
                continue
        if end < 0:
            return "open"
        parts.append(text[at:end])
        if escape == quote and text.startswith(quote, end + 1):
            parts.append(quote)
            at = end + 2
            continue
        return "".join(parts), end + 1
