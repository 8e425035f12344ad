"""Parts of a text hold its records, all of them, numbered in the order of the file."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import active_count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.extracts.contract import FileFormat
from pipelines.extracts.counting import RecordCounter
from pipelines.extracts.limits import Limits
from pipelines.extracts.parts import Part, cut_text, flowing
from pipelines.extracts.scan import scan

LIMITS = Limits()


def _count(content: bytes) -> int | None:
    counter = RecordCounter('"', '"', LIMITS)
    counter.feed(content)
    return counter.finish()


@given(st.text(st.sampled_from('ab,"\n\r '), max_size=80), st.integers(1, 20))
def test_at_every_cut_the_records_add_up(text: str, size: int) -> None:
    content = text.encode()
    counter = RecordCounter('"', '"', LIMITS, cut_every=1)
    for at in range(0, len(content), size):
        counter.feed(content[at : at + size])
    whole = counter.finish()
    for cut in counter.cuts:
        assert _count(content[: cut.offset]) == cut.records
        rest = _count(content[cut.offset :])
        assert rest == (None if whole is None else whole - cut.records)


def test_parts_are_the_text_cut_between_records(tmp_path: Path) -> None:
    # A byte-order mark and a header stand before; some line ends are inside quotes.
    lines = [f'{n},"{"x" * 400}\n{n}"\r\n' for n in range(50_000)]
    text = tmp_path / "lines.csv"
    text.write_text("\ufeffid,note\r\n" + "".join(lines), encoding="utf-8", newline="")
    found = scan(text, FileFormat(type="csv"), LIMITS, tmp_path)
    assert found.records == len(lines)
    size = text.stat().st_size
    parts = cut_text(size, found.skip_lines, found.cuts, most=2, least=1 << 20)
    first, second = parts
    assert (first.skip_lines, first.records_before) == (1, 0)
    assert (second.skip_lines, second.records_before > 0) == (0, True)
    with flowing(text, parts) as names, ThreadPoolExecutor(2) as pool:
        content = list(pool.map(lambda name: Path(name).read_bytes(), names))
    assert b"".join(content) == text.read_bytes()
    assert content[1].startswith(f'{second.records_before},"x'.encode())


def test_what_is_small_or_uncut_is_read_as_it_is(tmp_path: Path) -> None:
    text = tmp_path / "lines.csv"
    text.write_text("id\n1\n2\n")
    found = scan(text, FileFormat(type="csv"), LIMITS, tmp_path)
    for least in (1, 1 << 20):
        parts = cut_text(text.stat().st_size, 1, found.cuts, most=2, least=least)
        assert [(part.skip_lines, part.records_before) for part in parts] == [(1, 0)]
        with flowing(text, parts) as names:
            assert names == [str(text)]


@pytest.mark.parametrize("read", [0, 100])
def test_a_part_that_nobody_reads_to_its_end_holds_nothing_up(
    tmp_path: Path, read: int
) -> None:
    text = tmp_path / "lines.csv"
    text.write_bytes(b"x" * 8_000_000)
    parts = tuple(Part(begin, begin + 4_000_000, 0, 0) for begin in (0, 4_000_000))
    threads = active_count()
    with flowing(text, parts) as names, Path(names[0]).open("rb") as part:
        assert len(part.read(read)) == read
    assert active_count() == threads


def test_what_a_part_lost_meanwhile_does_not_arrive(tmp_path: Path) -> None:
    text = tmp_path / "lines.csv"
    text.write_bytes(b"1234567890")
    parts = (Part(0, 5, 0, 0), Part(5, 10, 0, 5))
    os.truncate(text, 7)
    with flowing(text, parts) as names:
        assert [Path(name).read_bytes() for name in names] == [b"12345", b"67"]
