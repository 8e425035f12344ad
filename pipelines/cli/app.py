"""The command line as a whole: which commands there are, and the options they share."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli import (
    backup,
    contract,
    demo,
    explain,
    extracts,
    publications,
    rejects,
    run,
    status,
)

HomeOption = Annotated[
    Path | None,
    typer.Option(
        help="Where everything that a run makes is kept (FITMART_HOME).",
        show_default="./data",
    ),
]

app = typer.Typer(
    name="fitmart",
    help="Do our sales confirm product-market fit, segment by segment?",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def _shared(home: HomeOption = None) -> None:
    """Options of every command."""
    from pipelines.cli.options import exported

    exported(FITMART_HOME=home)


app.command("run")(run.run)
app.command("status")(status.status)
app.command("explain")(explain.explain)
app.command("demo")(demo.demo)
app.command("backup")(backup.backup)
app.command("restore")(backup.restore)
app.add_typer(extracts.app, name="extracts")
app.add_typer(rejects.app, name="rejects")
app.add_typer(contract.app, name="contract")
app.add_typer(publications.app, name="publications")
