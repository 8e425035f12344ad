"""`fitmart run`: the whole job, with its progress and a summary at the end."""

from pathlib import Path
from typing import Annotated

import typer

Landing = Annotated[
    Path | None, typer.Option(help="Folder with your extracts. Without it: the demo.")
]
Contracts = Annotated[
    Path | None, typer.Option(help="Folder with the contracts that read them.")
]
Seeds = Annotated[Path | None, typer.Option(help="Your decisions instead of ./seeds.")]
AsOf = Annotated[
    str | None, typer.Option(metavar="YYYY-MM-DD", help="Know only what came before.")
]
Home = Annotated[Path | None, typer.Option(help="Where to keep what the run makes.")]
Wait = Annotated[bool, typer.Option("--wait", help="Wait for a run that is under way.")]


def run(
    landing: Landing = None,
    contracts: Contracts = None,
    home: Home = None,
    as_of: AsOf = None,
    seeds: Seeds = None,
    wait: Wait = False,
) -> None:
    """Ingest, build, check and publish.

    Exits with 0 when a publication was made or nothing had changed, with 2 when the
    gate refused or an option is not known, with 1 when something else was in the way.

    Example: fitmart run --landing ./extracts --contracts ./contracts --as-of 2026-02-01
    """
    from pipelines.cli.options import exported
    from pipelines.cli.progress import shown
    from pipelines.cli.show import errors, show_refusals
    from pipelines.cli.summary import show_summary
    from pipelines.home import is_held
    from pipelines.project import Settings
    from pipelines.run import refresh

    exported(
        FITMART_HOME=home,
        LANDING=landing,
        CONTRACTS=contracts,
        AS_OF=as_of,
        SEEDS=seeds,
    )
    settings = Settings.from_environment()
    if wait and is_held(settings.home):
        errors().print("Waiting for the run that is under way.")
    with shown() as listener:
        summary = refresh(settings, listener, wait=wait)
    show_summary(summary)
    if not summary.is_good:
        show_refusals(summary.record.refusals)
        raise typer.Exit(2)
