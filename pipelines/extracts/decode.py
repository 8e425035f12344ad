"""From the bytes of a file to decoded text, in a stream and within limits.

Decompression verifies checksums and refuses truncated or trailing bytes; decoding is
strict in the declared encoding. Counting records is in `scan.py`.
"""

import codecs
import zlib
from collections.abc import Iterator
from pathlib import Path

import zstandard

from pipelines.errors import FitmartError
from pipelines.extracts.contract import FileFormat
from pipelines.extracts.limits import Limits

CHUNK = 1 << 18
"""Bytes read at a time: what is hashed and counted together stays in the cache."""
GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
ZSTD_PIECE = 2048
"""Input given to zstd at a time: a few bytes may stand for 128 kB, so this bounds what
one call can return to 64 MB."""

_ASCII_FAMILIES = (
    "utf-8", "ascii", "iso8859", "cp125", "cp437", "cp85", "cp86", "koi8", "mac-",
)  # fmt: skip


def compression_of(path: Path, file_format: FileFormat) -> str:
    """`gzip`, `zstd` or `none`: what the contract says, else what the file is.

    Raises:
        FitmartError: The contract says one thing and the file is another.
    """
    with path.open("rb") as file:
        magic = file.read(4)
    found = "none"
    if magic.startswith(GZIP_MAGIC):
        found = "gzip"
    elif magic == ZSTD_MAGIC:
        found = "zstd"
    declared = file_format.compression
    if declared in ("auto", found):
        return found
    raise FitmartError(
        f"the contract declares compression {declared}, the file's is {found}",
        file=path.name,
        rule="compression_as_declared",
        remedy="Correct `format.compression`, or leave it at auto.",
    )


def decompressed(
    path: Path, file_format: FileFormat, limits: Limits
) -> Iterator[bytes]:
    """The content of a file in chunks, its checksums verified by the last one.

    Raises:
        FitmartError: The compressed stream is damaged, cut off or too large.
    """
    kind = compression_of(path, file_format)
    streams = {"none": _plain, "gzip": _gunzip, "zstd": _unzstd}
    size = path.stat().st_size
    seen = 0
    for chunk in streams[kind](path):
        seen += len(chunk)
        if seen > limits.text_bytes:
            raise FitmartError(
                f"the content is larger than {limits.text_bytes} bytes",
                file=path.name,
                rule="text_size",
                remedy="Split the export, or raise FITMART_MAX_TEXT_BYTES.",
            )
        if seen > limits.ratio_free_bytes and seen > size * limits.ratio:
            raise FitmartError(
                f"the content is more than {limits.ratio} times the file",
                file=path.name,
                rule="compression_ratio",
                remedy="Check the file; if it is genuine, raise FITMART_MAX_RATIO.",
            )
        yield chunk


def is_ascii_transparent(encoding: str) -> bool:
    """Whether bytes below 128 always mean ASCII, so that lines can be cut undecoded."""
    return codecs.lookup(encoding).name.startswith(_ASCII_FAMILIES)


def check_encoding(encoding: str) -> str:
    """The standard name of an encoding of text.

    Raises:
        FitmartError: Python does not know it, or it is not one of text.
    """
    try:
        name = codecs.lookup(encoding).name
        "a".encode(name)
    except (LookupError, UnicodeError) as error:
        raise FitmartError(
            f"'{encoding}' is not an encoding of text",
            where="key format.encoding",
            rule="encoding_exists",
            remedy="Use a name such as utf-8, windows-1252, latin-1 or utf-16.",
        ) from error
    # A byte-order mark is always allowed and never part of the text.
    return "utf-8" if name == "utf-8-sig" else name


def errors_mode(file_format: FileFormat) -> str:
    """How the decoder treats bytes that the encoding leaves undefined."""
    if file_format.undefined_bytes == "refuse":
        return "strict"
    codecs.register_error("fitmart_keep", _keep)
    return "fitmart_keep"


def _keep(error: UnicodeError) -> tuple[str, int]:
    """Undefined bytes as C1 controls of the same number."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


def _plain(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _gunzip(path: Path) -> Iterator[bytes]:
    decoder = None
    try:
        for piece in _plain(path):
            pending = piece
            while pending:
                if decoder is None:
                    decoder = zlib.decompressobj(wbits=31)
                if chunk := decoder.decompress(pending, CHUNK):
                    yield chunk
                pending = decoder.unconsumed_tail
                if decoder.eof:
                    pending = decoder.unused_data
                    decoder = None
    except zlib.error as error:
        raise _damaged(path, "gzip") from error
    if decoder is not None:
        # What was held back for the size limit of one call comes out here.
        while chunk := decoder.decompress(b"", CHUNK):
            yield chunk
        if not decoder.eof:
            raise _cut_off(path, "gzip")


def _unzstd(path: Path) -> Iterator[bytes]:
    decoder = None
    try:
        for block in _plain(path):
            for at in range(0, len(block), ZSTD_PIECE):
                pending = block[at : at + ZSTD_PIECE]
                while pending:
                    if decoder is None:
                        decoder = zstandard.ZstdDecompressor().decompressobj()
                    if chunk := decoder.decompress(pending):
                        yield chunk
                    pending = b""
                    if decoder.eof:
                        pending = decoder.unused_data
                        decoder = None
    except zstandard.ZstdError as error:
        raise _damaged(path, "zstd") from error
    if decoder is not None:
        raise _cut_off(path, "zstd")


def _damaged(path: Path, kind: str) -> FitmartError:
    return FitmartError(
        f"the {kind} stream is damaged, or other bytes follow it",
        file=path.name,
        rule="checksum",
        remedy="Have the file delivered again.",
    )


def _cut_off(path: Path, kind: str) -> FitmartError:
    return FitmartError(
        f"the {kind} stream is cut off",
        file=path.name,
        rule="complete_stream",
        remedy="Have the file delivered again.",
    )
