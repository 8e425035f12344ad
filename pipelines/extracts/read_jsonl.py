"""JSON lines: one object a line, nested keys flattened to dotted names.

Numbers keep the text that they have in the file, so that nothing is rounded. Lists
stay JSON text.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.extracts.cells import CellWriter
from pipelines.extracts.contract import FileFormat
from pipelines.extracts.limits import Limits
from pipelines.extracts.prelude import dialect_of, open_records
from pipelines.extracts.records import Record
from pipelines.extracts.rejects import RejectWriter


def jsonl_header(
    path: Path, file_format: FileFormat, limits: Limits
) -> tuple[str, ...]:
    """All keys of all records, in the order in which they first appear."""
    names: dict[str, None] = {}
    for _, outcome in _parsed(path, file_format, limits):
        if isinstance(outcome, dict):
            names.update(dict.fromkeys(outcome))
    return tuple(names)


def read_jsonl(
    path: Path,
    file_format: FileFormat,
    limits: Limits,
    cells: CellWriter,
    rejects: RejectWriter,
    *,
    header: tuple[str, ...],
) -> int:
    """Write every record to one of the two; how many there were."""
    count = 0
    for record, outcome in _parsed(path, file_format, limits):
        count += 1
        if isinstance(outcome, dict):
            cells.write(count, (outcome.get(name) for name in header))
        else:
            rejects.add_broken(count, record.raw, outcome)
    return count


def _parsed(
    path: Path, file_format: FileFormat, limits: Limits
) -> Iterator[tuple[Record, dict[str, str | None] | str]]:
    """Each record with its flat cells, or with the rule that it broke."""
    dialect = dialect_of(file_format)
    reader, _ = open_records(path, file_format, dialect, limits, with_cells=False)
    encoding = reader.encoding
    for record in reader:
        try:
            text = record.raw.decode(encoding, dialect.errors)
        except UnicodeDecodeError:
            yield record, "undecodable_bytes"
            continue
        yield record, _flat(text, limits)


class _RepeatedKeyError(ValueError):
    """An object names one key twice."""


def _flat(text: str, limits: Limits) -> dict[str, str | None] | str:
    try:
        document = json.loads(
            text,
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_no_constant,
            object_pairs_hook=_unique,
        )
        if not isinstance(document, dict):
            return "json_is_object"
        cells = _unique(list(_leaves(document, "")))
        # Half of a pair of surrogates is valid JSON, and no text.
        "".join(value for pair in cells.items() for value in pair if value).encode()
    except _RepeatedKeyError:
        return "json_keys_are_unique"
    except (ValueError, RecursionError):
        return "json_is_valid"
    return cells if len(cells) <= limits.cells else "too_many_cells"


class _Number(str):
    """The text of a number."""

    __slots__ = ()


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise _RepeatedKeyError
    return document


def _leaves(document: dict[str, Any], prefix: str) -> Iterator[tuple[str, str | None]]:
    for key, value in document.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict):
            yield from _leaves(value, f"{name}.")
        else:
            yield name, _text(value)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return _json(value)


def _json(value: Any) -> str:
    """A list as JSON text, its numbers as they were written."""
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, list):
        return "[" + ", ".join(_json(item) for item in value) + "]"
    if isinstance(value, dict):
        pairs = (f"{_json(key)}: {_json(item)}" for key, item in value.items())
        return "{" + ", ".join(pairs) + "}"
    return json.dumps(value, ensure_ascii=False)
