"""Cutting a large text into parts that can be read side by side.

Every part begins where a record begins, by the independent count, and knows how many
records stand before it: so each is numbered on its own, in the order of the file.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from pipelines.extracts.counting import Cut

LEAST_PART = 32 << 20
"""Bytes of a part for which a copy pays."""

_BLOCK = 1 << 20


@dataclass(frozen=True)
class Part:
    """Some records of a text that follow each other, as a file.

    Args:
        skip_lines: Lines before the first of them.
        records_before: Records of the text that stand in the parts before.
    """

    text: Path
    skip_lines: int
    records_before: int


def cut_text(
    text: Path,
    skip_lines: int,
    cuts: tuple[Cut, ...],
    *,
    most: int,
    spool: Path,
    least: int = LEAST_PART,
) -> tuple[Part, ...]:
    """The text as parts of about the same size; as itself where cutting does not pay.

    Args:
        skip_lines: Lines of the text before its first record.
        cuts: Places at which a record begins, in order.
        most: How many parts can be read at the same time.
        spool: Folder for the parts.
        least: Bytes below which a part is not worth its copy.
    """
    size = text.stat().st_size
    number = min(most, size // least)
    chosen: list[Cut] = []
    for n in range(1, number):
        after = chosen[-1].offset if chosen else 0
        wanted = max(after + 1, size * n // number)
        chosen += next(([cut] for cut in cuts if size > cut.offset >= wanted), [])
    if not chosen:
        return (Part(text, skip_lines, 0),)
    begins = [Cut(0, 0), *chosen]
    ends = [*(cut.offset for cut in chosen), size]
    paths = [spool / f"part-{n}" for n in range(len(begins))]
    with ThreadPoolExecutor(len(begins)) as pool:
        offsets = [cut.offset for cut in begins]
        for _ in pool.map(_copy, [text] * len(paths), paths, offsets, ends):
            pass
    return tuple(
        Part(path, skip_lines if cut.offset == 0 else 0, cut.records)
        for path, cut in zip(paths, begins, strict=True)
    )


def _copy(text: Path, to: Path, begin: int, end: int) -> None:
    with text.open("rb") as source, to.open("wb") as target:
        source.seek(begin)
        while begin < end:
            block = source.read(min(_BLOCK, end - begin))
            if not block:
                # Cut off meanwhile: the count of its records will tell.
                break
            target.write(block)
            begin += len(block)
