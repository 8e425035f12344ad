"""`fitmart rejects`: records that did not load, and why."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Show rejected records, or export them decrypted.")

ExtractId = Annotated[str | None, typer.Option("--extract", help="Only of this one.")]
Most = Annotated[int, typer.Option(min=1, help="How many to show.")]
Target = Annotated[Path, typer.Argument(help="CSV file to write.")]


@app.command()
def show(extract: ExtractId = None, most: Most = 20) -> None:
    """Show rejects with their rule, reason and remedy.

    Example: fitmart rejects show --extract 3f9a1c --most 50
    """
    from pipelines.cli.options import settings_of_home
    from pipelines.cli.show import console, table
    from pipelines.extracts.ledger import required_extract
    from pipelines.extracts.rejects import list_rejects
    from pipelines.extracts.warehouse import open_build

    with open_build(settings_of_home().home, read_only=True) as connection:
        if extract is not None:
            extract = required_extract(connection, extract).extract_id
        rejects = list_rejects(connection, extract, most)
    rows = [
        (
            one.extract_id,
            one.record_number,
            one.feed,
            one.column_name,
            one.rule,
            one.reason,
            one.remedy,
        )
        for one in rejects
    ]
    headings = ["extract", "record", "feed", "column", "rule", "reason", "remedy"]
    console().print(table(headings, rows))


@app.command()
def export(target: Target, extract: ExtractId = None) -> None:
    """Write rejects with their raw records, decrypted: they may hold personal data.

    Example: fitmart rejects export rejects.csv --extract 3f9a1c
    """
    from pipelines.cli.options import settings_of_home, writable
    from pipelines.cli.show import console
    from pipelines.extracts.ledger import required_extract
    from pipelines.extracts.rejects import export_rejects
    from pipelines.extracts.warehouse import open_build

    settings = settings_of_home()
    if extract is not None:
        with open_build(settings.home, read_only=True) as connection:
            extract = required_extract(connection, extract).extract_id
    count = export_rejects(settings, writable(target), extract)
    console().print(
        f"{count} rejects written to {target}. They may hold personal data.",
        markup=False,
    )
