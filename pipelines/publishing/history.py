"""What was published and rolled back, and why: `marts/history.jsonl`.

The symlink is the truth about what readers see; this file tells how it came to be. A
last line that a crash cut short is ignored and closed off by the next one.
"""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pipelines.project import Home
from pipelines.publishing import disk

Action = Literal["published", "rolled_back", "found"]
"""`found`: put in place by a run that ended before it could say so."""


@dataclass(frozen=True)
class HistoryEntry:
    """One change of what readers see."""

    at: str
    action: Action
    publication_id: str
    run_id: str | None
    reason: str


def history_file(home: Home) -> Path:
    """One line of JSON per entry."""
    return home.marts / "history.jsonl"


def read_history(home: Home) -> list[HistoryEntry]:
    """All entries, oldest first."""
    try:
        text = history_file(home).read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    entries = []
    for line in text.split("\n"):
        try:
            entries.append(HistoryEntry(**json.loads(line)))
        except (json.JSONDecodeError, TypeError):
            # Cut short by a crash; what it would have said is found by the next sweep.
            continue
    return entries


def record(
    home: Home,
    action: Action,
    publication_id: str,
    *,
    run_id: str | None = None,
    reason: str,
) -> None:
    """Append one entry and make it last."""
    at = datetime.now(UTC).isoformat()
    entry = HistoryEntry(at, action, publication_id, run_id, reason)
    line = json.dumps(asdict(entry), ensure_ascii=False)
    # The leading newline closes off a line that a crash cut short.
    disk.append(history_file(home), f"\n{line}\n".encode())
