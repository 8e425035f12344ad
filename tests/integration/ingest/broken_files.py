"""The corpus of broken files: each made here, with what must become of it.

`accepts` and `rejects` are known by construction; a file that must be refused names the
rule instead.
"""

import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import openpyxl
import pyarrow
import pyarrow.parquet
import zstandard

HEADER = "order_id,line_number,ordered_at,product,line_amount"
MANY = 200


@dataclass(frozen=True)
class Broken:
    """One file of the corpus.

    Args:
        refused: The rule by which it must be refused; None when it loads.
        accepts: Records that load.
        rejects: Records that do not.
        format: Format in its contract.
        limits: Limits that differ from the defaults.
        contract: Other keys of the contract.
    """

    name: str
    content: bytes
    refused: str | None = None
    accepts: int = 0
    rejects: int = 0
    format: dict[str, Any] = field(default_factory=lambda: {"type": "csv"})
    limits: dict[str, int] = field(default_factory=dict)
    contract: dict[str, Any] = field(default_factory=dict)
    file_name: str = "file.csv"


def line(number: int, product: str = "tea", amount: str = "1.50") -> str:
    return f"o{number},1,2024-01-01 10:00:00,{product},{amount}"


def text(*lines: str, header: str = HEADER, end: str = "\n") -> bytes:
    return end.join((header, *lines, "")).encode()


GOOD = [line(n) for n in range(MANY)]
CLEAN = text(*GOOD)


def with_line(position: int, bad: str) -> bytes:
    return text(*GOOD[:position], bad, *GOOD[position:])


def corpus() -> list[Broken]:
    """All broken files; names are unique."""
    return [
        *_encodings(), *_truncated(), *_quotes(), *_cells(), *_headers(), *_values(),
        *_sizes(), *_line_ends(), *_names(), *_jsonl(), *_binary(),
    ]  # fmt: skip


def _encodings() -> Iterator[Broken]:
    latin = line(900, "café").encode("latin-1")
    bad = CLEAN + latin + b"\n"
    cp1252 = text(*GOOD, line(900, "caf\xe9 \u20ac")).decode().encode("cp1252")
    yield Broken("latin1_byte_late", bad, accepts=MANY, rejects=1)
    yield Broken("latin1_byte_early", text() + latin + b"\n" + b"\n".join(
        item.encode() for item in GOOD), accepts=MANY, rejects=1)  # fmt: skip
    yield Broken("latin1_in_header", CLEAN.replace(b"product", b"prod\xfcct"),
                 refused="header_is_readable")  # fmt: skip
    yield Broken("cp1252_declared", cp1252, accepts=MANY + 1,
                 format={"type": "csv", "encoding": "windows-1252"})  # fmt: skip
    undefined = {"type": "csv", "encoding": "windows-1252"}
    yield Broken("cp1252_undefined_byte", CLEAN + line(1, "a\x81b").encode("latin-1")
                 + b"\n", accepts=MANY, rejects=1, format=undefined)  # fmt: skip
    yield Broken("cp1252_undefined_byte_kept", CLEAN
                 + line(1, "a\x81b").encode("latin-1") + b"\n", accepts=MANY + 1,
                 format=undefined | {"undefined_bytes": "keep"})  # fmt: skip
    yield Broken("utf8_cut_within_a_letter", CLEAN + line(1, "caf").encode()[:-5]
                 + b"\xc3,2.0\n", accepts=MANY, rejects=1)  # fmt: skip
    yield Broken("utf8_overlong", CLEAN + b"o1,1,2024-01-01 10:00:00,\xc0\xaf,1\n",
                 accepts=MANY, rejects=1)  # fmt: skip
    yield Broken("utf8_surrogate", CLEAN + b"o1,1,2024-01-01 10:00:00,\xed\xa0\x80,1\n",
                 accepts=MANY, rejects=1)  # fmt: skip
    yield Broken("byte_order_mark", b"\xef\xbb\xbf" + CLEAN, accepts=MANY)
    yield Broken("byte_order_mark_gzipped", gzip.compress(b"\xef\xbb\xbf" + CLEAN),
                 accepts=MANY)  # fmt: skip
    utf16 = CLEAN.decode().encode("utf-16")
    yield Broken("utf16_undeclared", utf16, refused="encoding_as_declared")
    yield Broken("utf16_without_mark_undeclared", CLEAN.decode().encode("utf-16-le"),
                 refused="no_nul_bytes")  # fmt: skip
    yield Broken("utf16_declared", utf16, accepts=MANY,
                 format={"type": "csv", "encoding": "utf-16"})  # fmt: skip
    one_short = text(*GOOD, "o900,1").decode()
    for encoding in ("utf-16", "utf-32", "shift_jis", "gb18030"):
        yield Broken(f"{encoding}_with_a_short_record", one_short.encode(encoding),
                     accepts=MANY, rejects=1,
                     format={"type": "csv", "encoding": encoding})  # fmt: skip
    yield Broken("utf16_declared_cut", utf16[:-3], refused="encoding_as_declared",
                 format={"type": "csv", "encoding": "utf-16"})  # fmt: skip
    yield Broken("nul_byte", CLEAN.replace(b"o7,", b"o\0,"), refused="no_nul_bytes")
    yield Broken("nul_bytes_at_end", CLEAN + b"\0" * 512, refused="no_nul_bytes")


def _truncated() -> Iterator[Broken]:
    packed = gzip.compress(CLEAN, mtime=0)
    flipped = bytearray(packed)
    flipped[-8] ^= 0xFF
    short = bytearray(packed)
    short[-2] ^= 0xFF
    zst = zstandard.ZstdCompressor(write_checksum=True).compress(CLEAN)
    zst_flipped = bytearray(zst)
    zst_flipped[-1] ^= 0xFF
    yield Broken("cut_within_a_record", CLEAN[:-20], accepts=MANY - 1, rejects=1)
    yield Broken("cut_at_a_record", CLEAN[: CLEAN.rfind(b"\n", 0, -1) + 1],
                 accepts=MANY - 1)  # fmt: skip
    yield Broken("no_last_line_end", CLEAN[:-1], accepts=MANY)
    yield Broken("gzip_cut", packed[:-30], refused="complete_stream")
    yield Broken("gzip_cut_in_trailer", packed[:-4], refused="complete_stream")
    boundary = _flushed_gzip(CLEAN)
    yield Broken("gzip_cut_at_a_record", boundary, refused="complete_stream")
    yield Broken("gzip_wrong_checksum", bytes(flipped), refused="checksum")
    yield Broken("gzip_wrong_length", bytes(short), refused="checksum")
    yield Broken("gzip_altered_payload", packed[:60] + b"\xff" + packed[61:],
                 refused="checksum")  # fmt: skip
    yield Broken("gzip_trailing_garbage", packed + b"garbage", refused="checksum")
    half = len(CLEAN) // 2
    members = gzip.compress(CLEAN[:half]) + gzip.compress(CLEAN[half:])
    yield Broken("gzip_two_members", members, accepts=MANY)
    yield Broken("gzip_second_member_cut", members[:-20], refused="complete_stream")
    yield Broken("gzip_declared_but_plain", CLEAN, refused="compression_as_declared",
                 format={"type": "csv", "compression": "gzip"})  # fmt: skip
    yield Broken("zstd_whole", zst, accepts=MANY)
    yield Broken("zstd_two_frames", zst + zstandard.compress(text(line(1))[len(
        HEADER) + 1:]), accepts=MANY + 1)  # fmt: skip
    yield Broken("zstd_cut", zst[:-9], refused="complete_stream")
    yield Broken("zstd_wrong_checksum", bytes(zst_flipped), refused="checksum")
    yield Broken("zstd_trailing_garbage", zst + b"garbage", refused="checksum")


def _flushed_gzip(content: bytes) -> bytes:
    """A gzip stream that ends after a whole record, its trailer missing."""
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:
        file.write(content)
        file.flush()
        return packed.getvalue()


def _quotes() -> Iterator[Broken]:
    yield Broken("quote_never_closed", with_line(50, line(900, '"tea')),
                 accepts=MANY, rejects=1)  # fmt: skip
    yield Broken("quote_never_closed_last", text(*GOOD, line(900, '"tea')),
                 accepts=MANY, rejects=1)  # fmt: skip
    yield Broken("quote_never_closed_among_spans", text(
        *GOOD[:9], line(901, '"two\nlines"'), *GOOD[9:], line(900, '"tea'), *GOOD),
        refused="structure_is_kept")  # fmt: skip
    yield Broken("text_after_quote", with_line(50, line(900, '"tea" pot')),
                 accepts=MANY, rejects=1)  # fmt: skip
    yield Broken("inch_sign", with_line(50, line(900, '5" pipe')), accepts=MANY + 1)
    yield Broken("two_inch_signs", with_line(50, line(900, '5" x 6" pipe')),
                 accepts=MANY + 1)  # fmt: skip
    yield Broken("quoted_line_ends", with_line(50, line(900, '"a\nb\r\nc"')),
                 accepts=MANY + 1)  # fmt: skip
    # One broken record sends all others the careful way.
    for number, end in enumerate(("\n", "\r\n", "\r")):
        yield Broken(f"quoted_line_ends_and_a_short_record_{number}", text(
            line(900, '"a\r\nb\rc\nd"'), *GOOD, "o901,1", end=end),
            accepts=MANY + 1, rejects=1)  # fmt: skip
    yield Broken("quoted_quotes", with_line(50, line(900, '"a ""b"" c"')),
                 accepts=MANY + 1)  # fmt: skip
    yield Broken("backslash_escape", with_line(50, line(900, '"a \\"b\\" c"')),
                 accepts=MANY + 1, format={"type": "csv", "escape": "\\"})  # fmt: skip
    yield Broken("backslash_undeclared", with_line(50, line(900, '"a \\"b, c"')),
                 accepts=MANY, rejects=1)  # fmt: skip


def _cells() -> Iterator[Broken]:
    yield Broken("extra_cell", with_line(50, line(900) + ",x"), accepts=MANY,
                 rejects=1)  # fmt: skip
    yield Broken("missing_cell", with_line(50, "o900,1,2024-01-01 10:00:00,tea"),
                 accepts=MANY, rejects=1)  # fmt: skip
    yield Broken("extra_and_missing", text(*GOOD, line(1) + ",,,", "o,1", *GOOD),
                 accepts=2 * MANY, rejects=2)  # fmt: skip
    yield Broken("wrong_delimiter", CLEAN.replace(b",", b";"), refused="schema_drift")
    yield Broken("footer", text(*GOOD, "Total: 200 rows"), accepts=MANY, rejects=1)
    yield Broken("most_records_cut", text(*GOOD[:50], *["o1,1"] * 60),
                 refused="reject_share")  # fmt: skip
    yield Broken("too_many_columns", text(header=HEADER + ",x" * 50),
                 refused="header_is_readable", limits={"cells": 20})  # fmt: skip


def _headers() -> Iterator[Broken]:
    yield Broken("empty", b"", refused="header_is_readable")
    yield Broken("only_line_ends", b"\n\n\n", refused="header_is_readable")
    yield Broken("header_only", text(), accepts=0)
    yield Broken("headerless", b"\n".join(item.encode() for item in GOOD),
                 refused="schema_drift")  # fmt: skip
    yield Broken("duplicate_header", text(*GOOD, header=HEADER.replace(
        "product", "order_id")), refused="mapped_name_is_unique")  # fmt: skip
    yield Broken("duplicate_mapped_header", text(
        *[item + ",x" for item in GOOD], header=HEADER + ",product"),
        refused="mapped_name_is_unique")  # fmt: skip
    swapped = [",".join(reversed(item.split(","))) for item in GOOD]
    yield Broken("reordered_header", text(*swapped, header=",".join(
        reversed(HEADER.split(",")))), accepts=MANY)  # fmt: skip
    yield Broken("missing_column", text(*["o1,1,2024-01-01 10:00:00,tea"],
                 header=HEADER.removesuffix(",line_amount")),
                 refused="schema_drift")  # fmt: skip
    yield Broken("header_quote_never_closed", b'"' + CLEAN,
                 refused="header_is_readable")  # fmt: skip


def _values() -> Iterator[Broken]:
    yield Broken("late_bad_type", with_line(MANY - 1, line(900, amount="n/a")),
                 accepts=MANY, rejects=1)  # fmt: skip
    yield Broken("overlong_number", with_line(9, line(900, amount="9" * 400)),
                 accepts=MANY, rejects=1)  # fmt: skip
    yield Broken("required_empty", with_line(9, ",1,2024-01-01 10:00:00,tea,1"),
                 accepts=MANY, rejects=1)  # fmt: skip
    ambiguous = [item.replace("2024-01-01", "03/04/2024") for item in GOOD]
    yield Broken("ambiguous_dates", text(*ambiguous), refused="reject_share")
    yield Broken("impossible_date", with_line(9, line(1).replace(
        "2024-01-01", "2024-02-30")), accepts=MANY, rejects=1)  # fmt: skip
    yield Broken("infinite_number", with_line(9, line(1, amount="inf")),
                 accepts=MANY, rejects=1)  # fmt: skip


def _sizes() -> Iterator[Broken]:
    yield Broken("last_line_of_50_mb", CLEAN + b"x" * 50_000_000,
                 refused="line_length")  # fmt: skip
    yield Broken("last_line_of_5_mb", CLEAN + line(1, "x" * 5_000_000).encode(),
                 accepts=MANY + 1)  # fmt: skip
    yield Broken("quoted_cell_of_20_mb", CLEAN + line(1, '"' + "x\n" * 10_000_000
                 + '"').encode(), refused="line_length")  # fmt: skip
    bomb = gzip.compress(CLEAN + b"\n" * 80_000_000, 9)
    yield Broken("zip_bomb", bomb, refused="compression_ratio")
    yield Broken("zstd_bomb", zstandard.compress(CLEAN + b"\n" * 80_000_000),
                 refused="compression_ratio")  # fmt: skip
    yield Broken("text_too_large", CLEAN, refused="text_size",
                 limits={"text_bytes": 5000})  # fmt: skip


def _line_ends() -> Iterator[Broken]:
    yield Broken("carriage_returns_only", text(*GOOD, end="\r"), accepts=MANY)
    yield Broken("crlf", text(*GOOD, end="\r\n"), accepts=MANY)
    mixed = text(*GOOD[:50]) + text(*GOOD[50:90], end="\r\n")[len(HEADER) + 2 :]
    mixed += text(*GOOD[90:], end="\r")[len(HEADER) + 1 :]
    yield Broken("mixed_line_ends", mixed, accepts=MANY)
    blank = text(*GOOD[:50], "", "", *GOOD[50:], "", "")
    yield Broken("blank_lines", blank, accepts=MANY)
    yield Broken("blank_lines_before_header", b"\n\n" + CLEAN, accepts=MANY)
    yield Broken("line_of_blanks", with_line(50, "   "), accepts=MANY, rejects=1)
    yield Broken("trailing_delimiters", text(*[item + "," for item in GOOD]),
                 accepts=MANY)  # fmt: skip


def _names() -> Iterator[Broken]:
    for name in ("a'b\"c.csv", "x..y..csv", "star*[1]?.csv", "semi;drop table.csv",
                 "new\nline.csv", "ünïcode.csv", "$(x)`y`.csv"):  # fmt: skip
        yield Broken(f"named_{name!r}", CLEAN, accepts=MANY, file_name=name)


def _jsonl() -> Iterator[Broken]:
    names = HEADER.split(",")
    records = [dict(zip(names, item.split(","), strict=True)) for item in GOOD]
    lines = [json.dumps(record) for record in records]
    jsonl = {"format": {"type": "jsonl"}, "file_name": "file.jsonl"}

    def made(name: str, *items: str, **outcome: Any) -> Broken:
        return Broken(name, "\n".join((*items, "")).encode(), **jsonl, **outcome)

    yield made("jsonl_cut_line", *lines, lines[0][:-9], accepts=MANY, rejects=1)
    yield made("jsonl_list_line", *lines, "[1, 2]", accepts=MANY, rejects=1)
    yield made("jsonl_repeated_key", *lines, lines[0][:-1] + ', "product": "x"}',
               accepts=MANY, rejects=1)  # fmt: skip
    yield made(
        "jsonl_line_ends_in_a_text",
        lines[0].replace("tea", "a\\r\\nb\\rc"),
        *lines,
        accepts=MANY + 1,
    )
    yield made("jsonl_half_a_pair", *lines, lines[0].replace("tea", "\\ud83d"),
               accepts=MANY, rejects=1)  # fmt: skip
    yield Broken("jsonl_utf16", "\n".join((*lines, "")).encode("utf-16"),
                 accepts=MANY, file_name="file.jsonl",
                 format={"type": "jsonl", "encoding": "utf-16"})  # fmt: skip
    yield made("jsonl_nan", *lines, lines[0].replace('"1.50"', "NaN"), accepts=MANY,
               rejects=1)  # fmt: skip
    yield made("jsonl_deep", *lines, "[" * 100_000, accepts=MANY, rejects=1)
    yield made("jsonl_blank_lines", *lines, "", "", lines[1], accepts=MANY + 1)
    yield made("jsonl_empty", refused="schema_drift")


def _binary() -> Iterator[Broken]:
    names = HEADER.split(",")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(names)
    for item in GOOD:
        sheet.append(item.split(","))
    packed = io.BytesIO()
    book.save(packed)
    workbook = packed.getvalue()
    xlsx: dict[str, Any] = {"format": {"type": "xlsx"}, "file_name": "file.xlsx"}
    yield Broken("xlsx_whole", workbook, accepts=MANY, **xlsx)
    yield Broken("xlsx_cut", workbook[:-200], refused="complete_stream", **xlsx)
    at = workbook.find(b"xl/worksheets/sheet1.xml") + 60
    yield Broken("xlsx_altered", workbook[:at] + b"\xff\xff" + workbook[at + 2 :],
                 refused="complete_stream", **xlsx)  # fmt: skip
    yield Broken("xlsx_is_csv", CLEAN, refused="complete_stream", **xlsx)
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    yield Broken("xlsx_other_zip", other.getvalue(), refused="complete_stream", **xlsx)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"\0" * 80_000_000)
    yield Broken("xlsx_bomb", bomb.getvalue(), refused="compression_ratio", **xlsx)
    table = pyarrow.table(
        {name: [item.split(",")[n] for item in GOOD] for n, name in enumerate(names)}
    )
    sink = pyarrow.BufferOutputStream()
    pyarrow.parquet.write_table(table, sink)
    parquet_bytes = sink.getvalue().to_pybytes()
    parquet: dict[str, Any] = {
        "format": {"type": "parquet"}, "file_name": "file.parquet"
    }  # fmt: skip
    yield Broken("parquet_whole", parquet_bytes, accepts=MANY, **parquet)
    yield Broken("parquet_cut", parquet_bytes[:-100], refused="complete_stream",
                 **parquet)  # fmt: skip
    yield Broken("parquet_is_csv", CLEAN, refused="complete_stream", **parquet)
