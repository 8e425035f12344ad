"""`fitmart status`: the ledger, last runs, publications and verdicts of a home."""

from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.errors import FitmartError

if TYPE_CHECKING:
    from rich.console import Console

    from pipelines.project import Home
    from pipelines.record import RunRecord

Last = Annotated[int, typer.Option(min=1, help="How many runs to show.")]


def status(last: Last = 5) -> None:
    """Show what a home holds: extracts, last runs, publications, verdicts.

    Example: fitmart --home ./data status --last 3
    """
    from pipelines import record
    from pipelines.cli.options import settings_of_home
    from pipelines.cli.show import console, show_error, show_refusals

    home = settings_of_home().home
    out = console()
    out.print(f"Home {home.path}", markup=False)
    records = record.read_all(home)
    is_running = _is_running(home)
    problems = []
    for show in (
        partial(_show_extracts, home, is_running=is_running),
        partial(_show_runs, records[:last], is_running=is_running),
        partial(_show_publications, home),
        partial(_show_verdicts, home),
    ):
        out.print()
        try:
            show(out)
        except FitmartError as error:
            # What is left of a damaged home is what a person wants to see now.
            problems.append(error)
    if records:
        _show_why_it_failed(records[0])
        if records[0].refusals:
            show_refusals(records[0].refusals)
    for problem in problems:
        show_error(problem, title="needs attention")
    if problems:
        raise typer.Exit(1)


def _is_running(home: "Home") -> bool:
    """Whether a process holds the home; asked without keeping one from starting."""
    from pipelines.home import is_held

    return is_held(home)


def _show_extracts(home: "Home", out: "Console", *, is_running: bool) -> None:
    from pipelines.cli.show import table
    from pipelines.extracts.ledger import summarise
    from pipelines.extracts.warehouse import open_build

    if is_running:
        out.print("A run is under way: the ledger can be read when it has ended.")
        return
    with open_build(home, read_only=True) as connection:
        summary = summarise(connection)
    rows = [
        (feed, state, count)
        for feed, states in summary.items()
        for state, count in states.items()
    ]
    out.print(table(["feed", "extracts are", "count"], rows))


def _show_runs(records: "list[RunRecord]", out: "Console", *, is_running: bool) -> None:
    from pipelines.cli.show import table

    def state(run: "RunRecord") -> str:
        # The next run writes so; who looks before it shall not take it for alive.
        is_dead = run.state == "running" and not is_running
        return "killed" if is_dead else run.state

    rows = [
        (run.run_id, run.started_at[:19], state(run), _seconds(run.seconds))
        for run in records
    ]
    out.print(table(["run", "started (UTC)", "ended as", "seconds"], rows))


def _show_publications(home: "Home", out: "Console") -> None:
    from pipelines.cli.show import table
    from pipelines.publishing.publications import list_publications

    listed = list_publications(home)
    rows = [(one.publication_id, one.as_of, one.is_current, one.why) for one in listed]
    out.print(table(["publication", "as of", "current", "why"], rows))
    if listed and not any(one.is_current for one in listed):
        raise FitmartError(
            "readers see nothing: this does not lead to a publication",
            file=str(home.current),
            rule="current_is_a_publication",
            remedy=f"fitmart publications rollback {listed[0].publication_id} "
            '--reason "put back"',
        )
    if any(one.is_current and one.as_of is None for one in listed):
        raise FitmartError(
            "the publication that readers see is damaged",
            file=str(home.current),
            rule="current_is_readable",
            remedy="Roll back to an older one, or run: the build is published anew.",
        )


def _show_verdicts(home: "Home", out: "Console") -> None:
    """What readers are told of each segment, and where the report is."""
    from pipelines.cli.show import table
    from pipelines.reporting.reading import opened
    from pipelines.reporting.verdicts import current_verdicts, verdict_marts

    if not home.current.exists():
        return
    with opened(home.current) as publication:
        told = {
            claim: {
                one.segment_id: one.words
                for one in current_verdicts(publication, mart, claim)
            }
            for mart, claim in verdict_marts(publication).items()
        }
        names = publication.segment_names
    shown = {claim: words for claim, words in told.items() if words}
    rows = [
        (name, *(words.get(segment) for words in shown.values()))
        for segment, name in names.items()
        if any(segment in words for words in shown.values())
    ]
    if rows:
        out.print(table(["segment", *(claim.lower() for claim in shown)], rows))
        out.print()
        out.print("Why: fitmart explain VERDICT SEGMENT, such as fit_by_segment all")
    if home.current_report.exists():
        out.print(f"Report {home.current_report}", markup=False, soft_wrap=True)


def _show_why_it_failed(run: "RunRecord") -> None:
    from pipelines.cli.show import show_error

    if run.error is not None:
        parts = {name: part for name, part in run.error.items() if part is not None}
        error = FitmartError(
            parts.pop("problem", "no reason is known"),
            remedy=parts.pop("remedy", "Run again."),
            **parts,
        )
        show_error(error, title="the last run failed")


def _seconds(stages: dict[str, float]) -> str:
    return f"{sum(stages.values()):.1f}"
