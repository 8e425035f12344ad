"""`fitmart contract`: try a contract on a file, or let one be proposed."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Check a contract against an extract, or draft one.")

ContractFile = Annotated[Path, typer.Argument(help="The contract, a YAML file.")]
Against = Annotated[Path | None, typer.Option(help="An extract to try it on.")]
Extract = Annotated[Path, typer.Argument(help="A delivered file.")]
Feed = Annotated[
    str | None, typer.Option(help="The feed it fills; guessed from the columns else.")
]
Output = Annotated[
    Path | None, typer.Option(help="File to write; the terminal by default.")
]


@app.command()
def check(file: ContractFile, against: Against = None) -> None:
    """Validate a contract; with an extract, show what would load and what not.

    Nothing is loaded. Exits with 2 when the extract would be refused.

    Example: fitmart contract check contracts/orders.yml --against landing/orders.csv
    """
    from pipelines.cli.dry_run import show_dry_run
    from pipelines.cli.show import console
    from pipelines.extracts.contract_files import load_contract

    contract = load_contract(file)
    console().print(
        f"[green]valid[/] contract [bold]{contract.contract}[/] fills {contract.feed}"
    )
    if against is not None and not show_dry_run(contract, against):
        raise typer.Exit(2)


@app.command()
def draft(extract: Extract, feed: Feed = None, output: Output = None) -> None:
    """Propose a contract from the header and first rows of a file, for you to edit.

    Example: fitmart contract draft landing/orders.csv --feed shop.order_lines
    """
    from pipelines.cli.show import console
    from pipelines.extracts.draft import draft_contract

    text = draft_contract(extract, feed)
    if output is None:
        console().print(text, markup=False, soft_wrap=True)
    else:
        output.write_text(text, encoding="utf-8")
        console().print(f"{output} is written. Edit it, then: fitmart contract check")
