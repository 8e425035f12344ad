"""What a drafted contract leaves open, and why it is not valid until that is decided.

A draft writes `TO BE DECIDED` where it does not know; a person writes what it is. Only
places that a draft leaves open are looked at: elsewhere these words may be data.
"""

from collections.abc import Iterator
from typing import Any

from pipelines.errors import FitmartError

UNDECIDED = "TO BE DECIDED"
"""Stands in a draft for what only a person can say."""


def check_decided(document: Any, shown: str) -> None:
    """Refuse a contract that still waits for a decision.

    Args:
        document: The contract as it was read from YAML, not validated yet.
        shown: The file, as errors name it.

    Raises:
        FitmartError: Names every key that is open.
    """
    found = list(_undecided(document)) if isinstance(document, dict) else []
    if found:
        raise FitmartError(
            f"{UNDECIDED.lower()}: {', '.join(found)}",
            file=shown,
            where=f"key {found[0]}",
            rule="contract_is_decided",
            remedy=f"This is a draft. Write the answer in the place of {UNDECIDED}: the"
            " tool's name, the column of the file that is meant or a constant, the"
            " format of its times. The comments beside it say what is asked.",
        )


def _undecided(document: dict[Any, Any]) -> Iterator[str]:
    if document.get("source_system") == UNDECIDED:
        yield "source_system"
    columns = document.get("columns")
    for name, source in (columns if isinstance(columns, dict) else {}).items():
        if source == UNDECIDED:
            yield f"columns.{name}"
        elif isinstance(source, dict):
            yield from (
                f"columns.{name}.{key}"
                for key in ("from", "constant", "format")
                if source.get(key) == UNDECIDED
            )
