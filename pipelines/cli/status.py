"""`fitmart status`: the ledger, the last runs and the publications of a home."""

from typing import Annotated

import typer

Last = Annotated[int, typer.Option(min=1, help="How many runs to show.")]


def status(last: Last = 5) -> None:
    """Show what a home holds: extracts, last runs, publications.

    Example: fitmart --home ./data status --last 3
    """
    from pipelines import record
    from pipelines.cli.show import console, show_refusals, table
    from pipelines.extracts.ledger import summarise
    from pipelines.extracts.warehouse import open_build
    from pipelines.project import Settings
    from pipelines.publishing.publications import list_publications

    home = Settings.from_environment().home
    out = console()
    out.print(f"Home [bold]{home.path}[/]")
    if home.build.exists():
        with open_build(home, read_only=True) as connection:
            summary = summarise(connection)
        rows = [
            (feed, state, count)
            for feed, states in summary.items()
            for state, count in states.items()
        ]
        out.print()
        out.print(table(["feed", "extracts are", "count"], rows))
    records = record.read_all(home)[:last]
    out.print()
    out.print(
        table(
            ["run", "started", "ended as", "seconds"],
            [
                (run.run_id, run.started_at[:19], run.state, _seconds(run.seconds))
                for run in records
            ],
        )
    )
    out.print()
    out.print(
        table(
            ["publication", "as of", "current", "why"],
            [
                (one.publication_id, one.as_of.isoformat(), one.is_current, one.why)
                for one in list_publications(home)
            ],
        )
    )
    if records and records[0].refusals:
        show_refusals(records[0].refusals)


def _seconds(stages: dict[str, float]) -> str:
    return f"{sum(stages.values()):.1f}"
