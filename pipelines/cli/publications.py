"""`fitmart publications`: what readers see, what they saw before, and Parquet files."""

from typing import Annotated

import typer

app = typer.Typer(help="List publications, roll back to one, or export one.")

PublicationId = Annotated[
    str | None, typer.Argument(help="Id to go back to; the one before by default.")
]
Exported = Annotated[
    str | None, typer.Argument(help="Id to export; what readers see by default.")
]
Reason = Annotated[str, typer.Option(help="Why; it stays in the history.")]


@app.command("list")
def list_all() -> None:
    """Show the publications that are kept, newest first.

    Example: fitmart publications list
    """
    from pipelines.cli.options import settings_of_home
    from pipelines.cli.show import console, table
    from pipelines.publishing.publications import list_publications

    rows = [
        (
            one.publication_id,
            f"{one.created_at:%Y-%m-%d %H:%M:%S}",
            one.as_of,
            one.size_bytes,
            one.is_current,
            one.why,
        )
        for one in list_publications(settings_of_home().home)
    ]
    headings = ["publication", "created (UTC)", "as of", "bytes", "current", "why"]
    console().print(table(headings, rows))


@app.command()
def rollback(reason: Reason, publication_id: PublicationId = None) -> None:
    """Let readers see an earlier publication and its report again; nothing is rebuilt.

    The next run publishes again what passes its checks: correct what was wrong first.

    Example: fitmart publications rollback --reason "prices of May were wrong"
    """
    from pipelines.cli.options import settings_of_home
    from pipelines.cli.show import console
    from pipelines.home import opened
    from pipelines.publishing.publications import rollback as roll_back
    from pipelines.reporting.page import render

    with opened(settings_of_home(), "publications rollback") as settings:
        target = roll_back(settings.home, publication_id, reason=reason, render=render)
    console().print(
        f"Readers see [bold]{target}[/] again, until the next run publishes: correct "
        "what was wrong before it, such as with `fitmart extracts withdraw`."
    )


@app.command()
def export(publication_id: Exported = None) -> None:
    """Write the marts of a publication as Parquet files with a manifest.

    Where EXPORT_PARQUET is set, every run does so by itself.

    Example: fitmart publications export
    """
    from pipelines.cli.options import settings_of_home
    from pipelines.cli.show import console
    from pipelines.home import opened
    from pipelines.publishing.publications import export_publication

    with opened(settings_of_home(), "publications export") as settings:
        folder = export_publication(settings.home, publication_id)
    console().print(f"Exported to {folder}", markup=False, soft_wrap=True)
