"""How a run ended, and why: worked out from its record, whoever started it.

A failed step calls this while the run goes on, the end of a run calls it again, and the
command line a third time: what is known is kept. Whom it is told to is `alert.py`'s and
`cli/`'s business.
"""

from pathlib import Path
from typing import Any

from pipelines import record
from pipelines.errors import FitmartError
from pipelines.project import Home, Settings
from pipelines.publishing.build import opened_build
from pipelines.publishing.gate import decide
from pipelines.publishing.ledger import extract_refusals
from pipelines.publishing.outcome import Refusal
from pipelines.stages import audit_of, failed_check_refusals


def conclude(
    settings: Settings, run_id: str, failure: str | None = None
) -> record.RunRecord:
    """Say in the record how a run ended; one that has ended is left as it is.

    Args:
        settings: Whose run it was.
        run_id: The run.
        failure: What stopped it, where that was something that nobody foresaw.
    """
    home = settings.home
    done = record.required(home, run_id)
    if done.state != "running":
        return done
    if done.publication is not None:
        is_new = done.publication["is_new"]
        return record.end(home, run_id, "published" if is_new else "unchanged")
    if done.error is not None:
        return record.end(home, run_id, "failed")
    # What nobody foresaw goes first: that checks did not report is its consequence.
    unforeseen = failure is not None and not done.refusals
    refusals = () if unforeseen else done.refusals or _reasons(settings, done)
    if refusals:
        return record.end(home, run_id, "refused", refusals=refusals)
    error = _unexpected(home, run_id, failure).parts
    return record.end(home, run_id, "failed", error=error)


def keep_reasons(settings: Settings, run_id: str) -> str:
    """Find out why a run is not going on and keep it; the reason in one sentence."""
    done = record.required(settings.home, run_id)
    refusals = done.refusals or _reasons(settings, done)
    done = record.update(settings.home, run_id, refusals=refusals)
    return sentence(done)


def sentence(done: record.RunRecord) -> str:
    """Why a run did not publish and what to do, in one sentence."""
    reason, remedy = reason_and_remedy(done)
    return f"Not published, because {reason}; what to do: {remedy}"


def reason_and_remedy(done: record.RunRecord) -> tuple[str, str]:
    """Why a run did not publish, and what to do about the first of its reasons."""
    if done.refusals:
        first, more = done.refusals[0], len(done.refusals) - 1
        others = f" (and {more} more: fitmart status)" if more else ""
        return f"{first.problem}{others}", first.remedy
    if done.error is not None:
        place = ", ".join(
            part for part in (done.error.get("file"), done.error.get("where")) if part
        )
        problem = done.error.get("problem") or "it failed"
        reason = f"{problem} ({place})" if place else problem
        return reason, done.error.get("remedy") or "Run again."
    return "it ended without a word", "Run again."


def error_of(done: record.RunRecord) -> FitmartError | None:
    """The error that stopped a run, if one did."""
    if done.error is None:
        return None
    parts: dict[str, Any] = {
        name: part for name, part in done.error.items() if part is not None
    }
    parts.setdefault("remedy", "Run again.")
    return FitmartError(parts.pop("problem", "no reason is known"), **parts)


def _reasons(settings: Settings, done: record.RunRecord) -> tuple[Refusal, ...]:
    """Why a run ended before its gate: failed checks, or a dbt build that failed."""
    if done.invocation_id is not None:
        return decide(settings.home, audit_of(settings, done.run_id))
    failed = failed_check_refusals(done.outcomes or ())
    if not failed:
        return ()
    with opened_build(settings.home) as connection:
        return (*extract_refusals(connection), *failed)


def _unexpected(home: Home, run_id: str, failure: str | None) -> FitmartError:
    """A failure that nobody foresaw: its text goes to a file, not to the terminal."""
    path: Path = home.runs / f"{run_id}.log"
    path.write_text(failure or "The run ended without a word.\n", encoding="utf-8")
    lines = (failure or "no message").strip().splitlines()
    return FitmartError(
        f"the run failed unexpectedly: {lines[0]}",
        file=str(path),
        rule="run_completes",
        remedy="The last publication is still in place. Run again; if it fails again, "
        "report the file named here.",
    )
