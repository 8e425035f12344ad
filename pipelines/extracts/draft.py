"""A contract proposed from a file's header and first rows, for a person to edit.

Only proposes: what it is unsure of stands in comments, with the question to answer, and
what it cannot know is to be decided before the contract is valid (`undecided.py`).
"""

import json
import re
from pathlib import Path
from typing import Any

import yaml

from pipelines.errors import FitmartError
from pipelines.extracts.draft_columns import (
    Guess,
    fitting_formats,
    guess_source,
    likeness,
    place_columns,
)
from pipelines.extracts.draft_sample import Sample, take_sample
from pipelines.extracts.feed import Feed, FeedColumn, load_feeds
from pipelines.extracts.header import duplicate_names
from pipelines.extracts.undecided import UNDECIDED

_SURVEY_HINT = (
    "# Which of them are questions? Declare each, with its scale or its labels:",
    "# survey:",
    "#   questions:",
    "#     - id: would_recommend",
    "#       from: How likely are you to recommend us?",
    "#       kind: nps",
    "#       scale: {id: nps_0_10, min: 0, max: 10}",
)


def draft_contract(path: Path, feed: str | None = None) -> str:
    """A commented contract for a file, that is valid once a person has decided.

    Args:
        path: An extract.
        feed: The feed to fill; guessed from the names of the columns when absent.

    Raises:
        FitmartError: The file has no records, or there is no such feed.
    """
    sample = take_sample(path)
    chosen = _chosen_feed(sample, feed)
    placed = place_columns(chosen, sample.header)
    guesses = {
        name: guess_source(sample, position, chosen.columns[name].type)
        for name, position in placed.items()
    }
    identifier = _name(path.name.split(".")[0])
    lines = [
        "# A draft: read every line, answer the questions, then take the comments out.",
        f"# Nothing is loaded by it as long as it says {UNDECIDED}.",
        *(f"# {note}" for note in sample.notes),
        f"contract: {identifier[:60]}",
        *_feed_lines(chosen, sample.header, guessed=feed is None),
        f"source_system: {UNDECIDED}  # the tool that wrote the file, such as my_shop:"
        " keys are unique in it",
        f"files: {_scalar(_pattern(path.name))}",
        "format:",
        *(f"  {key}: {_scalar(value)}" for key, value in sample.keys.items()),
        *_records_lines(chosen, placed),
        "columns:",
        *_column_lines(chosen, guesses),
        *_left_over(sample, placed),
        *(_SURVEY_HINT if chosen.name == "survey.responses" else ()),
    ]
    return "\n".join(lines) + "\n"


def _chosen_feed(sample: Sample, name: str | None) -> Feed:
    feeds = load_feeds()
    if name is None and _looks_like_survey(sample.header):
        return feeds["survey.responses"]
    if name is None:
        return max(feeds.values(), key=lambda feed: _overlap(feed, sample.header))
    if name not in feeds:
        raise FitmartError(
            f"there is no feed '{name}'",
            rule="feed_exists",
            remedy=f"Use one of {', '.join(feeds)}.",
        )
    return feeds[name]


def _looks_like_survey(header: tuple[str, ...]) -> bool:
    """Whether several columns are named by whole questions."""
    return sum(name.rstrip().endswith("?") or len(name) > 60 for name in header) > 1


def _overlap(feed: Feed, header: tuple[str, ...]) -> float:
    """How well a feed's columns are found, required ones counting double."""
    placed = place_columns(feed, header)
    found = sum(
        likeness(name, header[position - 1]) * (2 if feed.columns[name].required else 1)
        for name, position in placed.items()
    )
    needed = sum(column.required for column in feed.columns.values())
    return found / (2 * needed + 2)


def _feed_lines(feed: Feed, header: tuple[str, ...], *, guessed: bool) -> list[str]:
    if not guessed:
        return [f"feed: {feed.name}"]
    if place_columns(feed, header) or _looks_like_survey(header):
        return [f"feed: {feed.name}  # guessed from the names of the columns: right?"]
    return [
        "# No column is named like a feed's: name yours with --feed.",
        f"feed: {feed.name}",
    ]


def _name(stem: str) -> str:
    """The file's name without its digits, which are another day's tomorrow."""
    words = re.sub(r"[^a-z]+", "_", stem.lower()).strip("_")
    return words or f"file_{re.sub(r'[^0-9]+', '_', stem).strip('_')}"


def _pattern(file_name: str) -> str:
    """The file's name with `*` for its digits, so that the next delivery fits."""
    return re.sub(r"\d[\d_-]*", "*", re.sub(r"([\[\]?*])", "?", file_name))


def _records_lines(feed: Feed, placed: dict[str, int]) -> list[str]:
    has_key = all(name in placed for name in feed.key)
    same = "key" if has_key else "extract_and_record"
    return [
        "records:",
        "  # append: events; upsert: later versions win; snapshot: the whole truth.",
        "  mode: append",
        f"  same_record: {same}  # the key of {feed.name} is {', '.join(feed.key)}",
    ]


def _column_lines(feed: Feed, guesses: dict[str, Guess]) -> list[str]:
    lines: list[str] = []
    for name, column in feed.columns.items():
        guess = guesses.get(name)
        if guess is None and not column.required:
            continue
        lines += [f"  # {note}" for note in (guess.notes if guess else ())]
        lines.append(f"  {name}: {_source_text(column, guess)}")
    return lines


def _source_text(column: FeedColumn, guess: Guess | None) -> str:
    if guess is None:
        return (
            f"{UNDECIDED}  # required, not found: which column is it?"
            " Or {constant: …} or {record_number: true}"
        )
    hashed = "  # kept as a keyed hash" if column.personal in ("email", "hash") else ""
    return f"{_scalar(guess.source)}{hashed}"


def _left_over(sample: Sample, placed: dict[str, int]) -> list[str]:
    """The columns that no feed column was found for, and how each could be read.

    A contract is kept with the code: how values are written is told, no value is.
    """
    lines: list[str] = []
    repeated = set(duplicate_names(sample.header))
    for position, name in enumerate(sample.header, start=1):
        if position in placed.values():
            continue
        shown = json.dumps(name, ensure_ascii=False)
        if name in repeated or not name:
            shown += f", position {position}"
        lines.append(f"#   {shown}{_hint(sample, position)}")
    return ["# Columns that found no place:", *lines] if lines else []


def _hint(sample: Sample, position: int) -> str:
    """What the values of a column look like, ready to be copied."""
    cells = sample.column(position)
    if _has_emails(cells):
        return "; e-mail addresses"
    if fitting_formats(cells):
        guess = guess_source(sample, position, "instant")
        return f"; times: {_scalar(guess.source)}{''.join(guess.notes)}"
    if _are_numbers(cells):
        source = guess_source(sample, position, "money").source
        return f"; numbers: {_scalar(source)}" if len(source) > 1 else "; numbers"
    return ""


def _are_numbers(cells: list[str]) -> bool:
    return bool(cells) and all(re.fullmatch(r"-?\d[\d.,]*", cell) for cell in cells)


def _has_emails(cells: list[str]) -> bool:
    return any(re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", cell) for cell in cells)


def _scalar(value: Any) -> str:
    """A value as YAML on one line."""
    text = yaml.safe_dump(
        value, default_flow_style=True, allow_unicode=True, width=10**9, sort_keys=False
    )
    return text.removesuffix("...\n").strip()
