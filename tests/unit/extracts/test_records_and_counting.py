"""The tokenizer accounts for every byte, and the independent count agrees with it."""

from hypothesis import given
from hypothesis import strategies as st

from pipelines.extracts.counting import RecordCounter
from pipelines.extracts.limits import Limits
from pipelines.extracts.records import Dialect, Reader

LIMITS = Limits()
CSV = Dialect(",", '"', '"', "utf-8")
CELLS = st.text(st.sampled_from('ab",\n\r é'), max_size=6)
RECORDS = st.lists(st.lists(CELLS, min_size=2, max_size=4), max_size=8)
ENDS = st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\r\n\r\n"])


def _chunks(content: bytes, size: int) -> list[bytes]:
    return [content[at : at + size] for at in range(0, len(content), size)]


def _quoted(cells: list[str]) -> str:
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)


@given(RECORDS, ENDS, st.integers(1, 40))
def test_well_formed_text_comes_back_whole(
    records: list[list[str]], end: str, size: int
) -> None:
    content = end.join([*map(_quoted, records), ""]).encode()
    reader = Reader(_chunks(content, size), CSV, LIMITS)
    assert [list(record.cells) for record in reader] == records
    assert reader.took_everything
    counter = RecordCounter('"', '"', LIMITS)
    for chunk in _chunks(content, size):
        counter.feed(chunk)
    assert counter.finish() == len(records)


@given(st.text(st.sampled_from('ab",\n\r '), max_size=60), st.integers(1, 20))
def test_any_text_is_cut_without_losing_a_byte(text: str, size: int) -> None:
    content = text.encode()
    reader = Reader(_chunks(content, size), CSV, LIMITS)
    raws = [record.raw for record in reader]
    assert reader.took_everything
    kept = b"".join(raws)
    assert kept.translate(None, b"\r\n") == content.translate(None, b"\r\n")


@given(st.text(st.sampled_from("ab,\n\r\\ "), max_size=60), st.integers(1, 20))
def test_the_count_does_not_depend_on_chunks(text: str, size: int) -> None:
    content = text.encode()
    whole, cut = (RecordCounter('"', "\\", LIMITS) for _ in range(2))
    whole.feed(content)
    for chunk in _chunks(content, size):
        cut.feed(chunk)
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    assert whole.finish() == cut.finish() == sum(1 for line in lines if line)


@given(st.text(st.sampled_from("ab\n"), max_size=60), st.integers(1, 20))
def test_plain_lines_are_counted_measured_and_cut(text: str, size: int) -> None:
    counter = RecordCounter('"', '"', LIMITS, cut_every=1)
    for chunk in _chunks(text.encode(), size):
        counter.feed(chunk)
    lines = text.split("\n")
    assert counter.finish() == sum(1 for line in lines if line)
    spanning = [len(line) for line in lines if len(line) >= size]
    assert max(spanning, default=0) <= counter.longest <= max(map(len, lines)) + 1
    for cut in counter.cuts:
        before = text[: cut.offset]
        assert before.endswith("\n")
        assert cut.records == sum(1 for line in before.split("\n") if line)


@given(
    st.text(st.sampled_from('ab,\n\r "'), max_size=60),
    st.sampled_from(["'", "«"]),
)
def test_any_sign_may_quote(text: str, quote: str) -> None:
    usual, other = RecordCounter('"', '"', LIMITS), RecordCounter(quote, quote, LIMITS)
    usual.feed(text.encode())
    other.feed(text.replace('"', quote).encode())
    assert usual.finish() == other.finish()


@given(st.text(st.sampled_from("ab\t\n\r "), max_size=60), st.integers(1, 20))
def test_lines_of_blanks_are_no_records_where_blanks_separate(
    text: str, size: int
) -> None:
    counter = RecordCounter("", "", LIMITS, ignore_blanks=True)
    for chunk in _chunks(text.encode(), size):
        counter.feed(chunk)
    assert counter.finish() == sum(1 for line in text.splitlines() if line.strip())
