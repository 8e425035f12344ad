"""One pass over a delivered file before DuckDB sees a byte.

Decompresses, decodes, hashes and counts within limits, and prepares the text that
DuckDB may read. What the records say is not looked at.
"""

import codecs
import hashlib
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines.errors import FitmartError
from pipelines.extracts.contract import FileFormat
from pipelines.extracts.counting import RecordCounter
from pipelines.extracts.decode import (
    CHUNK,
    check_encoding,
    compression_of,
    decompressed,
    errors_mode,
    is_ascii_transparent,
)
from pipelines.extracts.landing import Stamp
from pipelines.extracts.limits import Limits
from pipelines.extracts.records import Dialect, Reader

Advance = Callable[[int], None]
"""Called with the number of bytes read since the last call."""

_WIDE_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Prelude:
    """What stands before the first record.

    Args:
        header: Cells of the header rows.
        size: Length in bytes of UTF-8, without a byte-order mark.
        lines: Physical lines.
        is_simple: A reader that skips lines skips exactly this.
    """

    header: tuple[tuple[str, ...], ...]
    size: int
    lines: int
    is_simple: bool


@dataclass(frozen=True)
class Scan:
    """What one pass found out about a file.

    Args:
        content_hash: SHA-256 of the content, decompressed.
        text_bytes: Length of the content.
        records: Number of records by the independent count; None when quotes do not
            pair up, or when the format is binary.
        is_decodable: Every byte is text in the declared encoding.
        longest: Upper bound of the length of a record, in bytes.
        text: UTF-8 text that a reader may be given.
        skip_lines: Lines of `text` before the first record.
        has_own_copy: `text` was written by us, without the prelude.
    """

    stamp: Stamp
    content_hash: str
    text_bytes: int
    records: int | None = None
    is_decodable: bool = True
    longest: int = 0
    header: tuple[tuple[str, ...], ...] = ()
    text: Path | None = None
    skip_lines: int = 0
    has_own_copy: bool = False


def dialect_of(file_format: FileFormat) -> Dialect:
    """How the bytes of a text format are to be cut."""
    delimiter = "\t" if file_format.type == "tsv" else file_format.delimiter
    is_quoted = file_format.type in ("csv", "tsv") and delimiter != "whitespace"
    return Dialect(
        delimiter=delimiter,
        quote=file_format.quote if is_quoted else "",
        escape=file_format.escape if is_quoted else "",
        encoding=check_encoding(file_format.encoding),
        errors=errors_mode(file_format),
    )


def content_hash(path: Path, file_format: FileFormat, limits: Limits) -> str:
    """Hash of a file's content; of its bytes where the content cannot be read."""
    digest = hashlib.sha256()
    try:
        for chunk in _content(path, file_format, limits):
            digest.update(chunk)
    except FitmartError:
        return raw_hash(path)
    return digest.hexdigest()


def raw_hash(path: Path) -> str:
    """Hash of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def scan(
    path: Path,
    file_format: FileFormat,
    limits: Limits,
    spool: Path,
    advance: Advance = lambda _: None,
) -> Scan:
    """Look at every byte of a file once.

    Args:
        spool: Folder for a copy of the text, where the file itself cannot be read.

    Raises:
        FitmartError: The file is damaged, too large, or not in its encoding.
    """
    stamp = Stamp.of(path)
    if file_format.type in ("xlsx", "parquet"):
        with _hashing() as hashing:
            for chunk in _content(path, file_format, limits):
                hashing.put(chunk)
                advance(len(chunk))
        return Scan(stamp, hashing.result, stamp.size)
    return _scan_text(
        path, file_format, limits, spool, stamp=stamp, advance=advance
    )


def _scan_text(
    path: Path,
    file_format: FileFormat,
    limits: Limits,
    spool: Path,
    *,
    stamp: Stamp,
    advance: Advance,
) -> Scan:
    dialect = dialect_of(file_format)
    prelude = _read_prelude(path, file_format, dialect, limits)
    counter = RecordCounter(
        dialect.quote, dialect.escape, limits, dialect.delimiter == "whitespace"
    )
    is_plain = (
        dialect.encoding == "utf-8"
        and dialect.errors == "strict"
        and prelude.is_simple
        and file_format.type != "jsonl"
        and compression_of(path, file_format) == "none"
    )
    copy = None if is_plain else spool / "text"
    transcoder = _Transcoder(dialect, path)
    to_skip = prelude.size
    text_bytes = 0
    out = copy.open("wb") if copy else None
    try:
        with _hashing() as hashing:
            for chunk in _content(path, file_format, limits):
                hashing.put(chunk)
                advance(len(chunk))
                text_bytes += len(chunk)
                text = transcoder.feed(chunk)
                if to_skip:
                    dropped = min(to_skip, len(text))
                    text, to_skip = text[dropped:], to_skip - dropped
                counter.feed(text)
                if out:
                    out.write(text)
            rest = transcoder.finish()
            counter.feed(rest)
            if out:
                out.write(rest)
    finally:
        if out:
            out.close()
    return Scan(
        stamp=stamp,
        content_hash=hashing.result,
        text_bytes=text_bytes,
        records=counter.finish() if transcoder.is_decodable else None,
        is_decodable=transcoder.is_decodable,
        longest=counter.longest,
        header=prelude.header,
        text=copy or path,
        skip_lines=0 if copy else prelude.lines,
        has_own_copy=copy is not None,
    )


def _content(path: Path, file_format: FileFormat, limits: Limits) -> Iterator[bytes]:
    """What is hashed: the decompressed content, of binary formats the file itself."""
    if file_format.type in ("xlsx", "parquet"):
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk
    else:
        yield from decompressed(path, file_format, limits)


def _read_prelude(
    path: Path, file_format: FileFormat, dialect: Dialect, limits: Limits
) -> Prelude:
    """Title lines, header rows and the rows after them."""
    reader, header = open_records(path, file_format, dialect, limits)
    rows = file_format.skip_rows + file_format.header_rows
    rows += file_format.skip_rows_after_header
    return Prelude(
        header=header,
        size=reader.text_size,
        lines=reader.lines,
        is_simple=reader.lines == rows and not reader.has_bare_cr,
    )


def open_records(
    path: Path,
    file_format: FileFormat,
    dialect: Dialect,
    limits: Limits,
    with_cells: bool = True,
) -> tuple[Reader, tuple[tuple[str, ...], ...]]:
    """A reader that stands before the first record, and the cells of the header rows.

    Raises:
        FitmartError: The header is missing or broken.
    """
    chunks = decompressed(path, file_format, limits)
    if is_ascii_transparent(dialect.encoding):
        chunks = _without_mark(path, chunks, dialect)
    else:
        chunks = transcoded(path, chunks, dialect)
        dialect = replace(dialect, encoding="utf-8", errors="strict")
    reader = Reader(chunks, dialect, limits, with_cells)
    if file_format.type == "jsonl":
        return reader, ()
    for _ in range(file_format.skip_rows):
        reader.skip_line()
    header: list[tuple[str, ...]] = []
    for _ in range(file_format.header_rows):
        record = reader.next_record()
        if record is None or record.broken or reader.size > limits.header_bytes:
            fault = "missing" if record is None else record.broken or "too_long"
            raise FitmartError(
                f"the header cannot be read ({fault.replace('_', ' ')})",
                file=path.name,
                rule="header_is_readable",
                remedy="Check the file, or correct encoding, skip_rows and "
                "header_rows in the contract.",
            )
        header.append(record.cells)
    for _ in range(file_format.skip_rows_after_header):
        reader.next_record()
    return reader, tuple(header)


def transcoded(
    path: Path, chunks: Iterable[bytes], dialect: Dialect
) -> Iterator[bytes]:
    """Chunks of any encoding as UTF-8 without a byte-order mark."""
    transcoder = _Transcoder(dialect, path)
    for chunk in chunks:
        yield transcoder.feed(chunk)
    yield transcoder.finish()


def _without_mark(
    path: Path, chunks: Iterable[bytes], dialect: Dialect
) -> Iterator[bytes]:
    is_first = True
    for chunk in chunks:
        if is_first and chunk.startswith(_WIDE_BOMS):
            raise _not_in_encoding(path, dialect.encoding)
        yield chunk.removeprefix(codecs.BOM_UTF8) if is_first else chunk
        is_first = False


def _not_in_encoding(path: Path, encoding: str) -> FitmartError:
    return FitmartError(
        f"the content is not text in {encoding}",
        file=path.name,
        rule="encoding_as_declared",
        remedy="Correct `format.encoding` in the contract.",
    )


class _Transcoder:
    """Turns chunks of the declared encoding into UTF-8, and watches them."""

    def __init__(self, dialect: Dialect, path: Path) -> None:
        self._path = path
        self._encoding = dialect.encoding
        self._is_transparent = is_ascii_transparent(dialect.encoding)
        self._passes = dialect.encoding == "utf-8" and dialect.errors == "strict"
        self._decoder = codecs.getincrementaldecoder(dialect.encoding)(dialect.errors)
        self._pending = False
        self._begun = False
        self.is_decodable = True

    def feed(self, chunk: bytes) -> bytes:
        if self._is_transparent and b"\0" in chunk:
            raise FitmartError(
                "the text holds NUL bytes",
                file=self._path.name,
                rule="no_nul_bytes",
                remedy="Declare the encoding (such as utf-16), or have it exported "
                "as text.",
            )
        return self._without_mark(self._decode(chunk, final=False))

    def finish(self) -> bytes:
        return self._without_mark(self._decode(b"", final=True))

    def _decode(self, chunk: bytes, final: bool) -> bytes:
        if not self.is_decodable:
            return chunk
        if self._passes and not self._pending and chunk.isascii():
            return chunk
        try:
            text = self._decoder.decode(chunk, final)
        except UnicodeDecodeError as error:
            if not self._is_transparent:
                raise _not_in_encoding(self._path, self._encoding) from error
            # From here on only the careful way can tell good records from bad.
            self.is_decodable = False
            return chunk
        if self._passes:
            self._pending = bool(self._decoder.getstate()[0])
            return chunk
        return text.encode("utf-8", "surrogatepass")

    def _without_mark(self, text: bytes) -> bytes:
        if self._begun or not text:
            return text
        self._begun = True
        return text.removeprefix(codecs.BOM_UTF8)


class _Hashing:
    """SHA-256 in a thread of its own: it releases the interpreter while it works."""

    def __init__(self) -> None:
        self._chunks: queue.Queue[bytes | None] = queue.Queue(maxsize=8)
        self._digest = hashlib.sha256()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()
        self.result = ""

    def put(self, chunk: bytes) -> None:
        self._chunks.put(chunk)

    def close(self) -> None:
        self._chunks.put(None)
        self._thread.join()
        self.result = self._digest.hexdigest()

    def _work(self) -> None:
        while (chunk := self._chunks.get()) is not None:
            self._digest.update(chunk)


@contextmanager
def _hashing() -> Iterator[_Hashing]:
    hashing = _Hashing()
    try:
        yield hashing
    finally:
        hashing.close()
