"""One pass over a delivered file before DuckDB sees a byte.

Decompresses, decodes, hashes and counts within limits, and prepares the text that
DuckDB may read. What the records say is not looked at.
"""

import hashlib
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import FitmartError
from pipelines.extracts.contract import FileFormat
from pipelines.extracts.counting import Cut, RecordCounter
from pipelines.extracts.decode import CHUNK, compression_of, decompressed
from pipelines.extracts.landing import Stamp
from pipelines.extracts.limits import Limits
from pipelines.extracts.prelude import dialect_of, read_prelude
from pipelines.extracts.transcode import Transcoder

Advance = Callable[[int], None]
"""Called with the number of bytes read since the last call."""


@dataclass(frozen=True)
class Scan:
    """What one pass found out about a file.

    Args:
        content_hash: SHA-256 of the content, decompressed.
        text_bytes: Length of the content.
        records: Number of records by the independent count; None when quotes do not
            pair up, or when the format is binary.
        is_decodable: Every byte is text in the declared encoding.
        is_ascii: No text of it holds another character.
        longest: Upper bound of the length of a record, in bytes.
        text: UTF-8 text that a reader may be given.
        skip_lines: Lines of `text` before the first record.
        cuts: Some of the places in `text` at which a record begins, in order.
    """

    stamp: Stamp
    content_hash: str
    text_bytes: int
    records: int | None = None
    is_decodable: bool = True
    is_ascii: bool = False
    longest: int = 0
    header: tuple[tuple[str, ...], ...] = ()
    text: Path | None = None
    skip_lines: int = 0
    cuts: tuple[Cut, ...] = ()


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
    return _scan_text(path, file_format, limits, spool, stamp=stamp, advance=advance)


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
    prelude = read_prelude(path, file_format, dialect, limits)
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
    transcoder = Transcoder(dialect, path)
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
    records = counter.finish() if transcoder.is_decodable else None
    before = 0 if copy else text_bytes - counter.size
    return Scan(
        stamp=stamp,
        content_hash=hashing.result,
        text_bytes=text_bytes,
        records=records,
        is_decodable=transcoder.is_decodable,
        is_ascii=transcoder.is_ascii,
        longest=counter.longest,
        header=prelude.header,
        text=copy or path,
        skip_lines=0 if copy else prelude.lines,
        cuts=tuple(Cut(before + cut.offset, cut.records) for cut in counter.cuts),
    )


def _content(path: Path, file_format: FileFormat, limits: Limits) -> Iterator[bytes]:
    """What is hashed: the decompressed content, of binary formats the file itself."""
    if file_format.type in ("xlsx", "parquet"):
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk
    else:
        yield from decompressed(path, file_format, limits)


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
