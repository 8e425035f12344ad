"""Chunks of any encoding as chunks of UTF-8, in a stream, while they are scanned.

Which encodings there are, and decompression, is in `decode.py`.
"""

import codecs
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipelines.errors import FitmartError
from pipelines.extracts.decode import is_ascii_transparent
from pipelines.extracts.records import Dialect

_WIDE_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def transcoded(
    path: Path, chunks: Iterable[bytes], dialect: Dialect
) -> Iterator[bytes]:
    """Chunks of any encoding as UTF-8 without a byte-order mark."""
    transcoder = Transcoder(dialect, path)
    for chunk in chunks:
        yield transcoder.feed(chunk)
    yield transcoder.finish()


def without_mark(
    path: Path, chunks: Iterable[bytes], dialect: Dialect
) -> Iterator[bytes]:
    """Chunks of an ASCII-transparent encoding without a byte-order mark.

    Raises:
        FitmartError: The mark is that of a wide encoding.
    """
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


class Transcoder:
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
        self.is_ascii = self._passes
        """Whether every byte so far is an ASCII character; only known of UTF-8."""

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
        self.is_ascii &= not chunk
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
