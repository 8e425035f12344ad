"""`fitmart contract`: try a contract on a file, or let one be proposed."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.errors import FitmartError

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
    from pipelines.cli.dry_run import loads
    from pipelines.cli.show import console
    from pipelines.extracts.contract_files import load_contract
    from pipelines.extracts.landing import delivered_file

    contract = load_contract(file)
    tried = delivered_file(against) if against is not None else None
    console().print(
        f"[green]valid[/] contract [bold]{contract.contract}[/] fills {contract.feed}"
    )
    if tried is not None and not loads(contract, tried.path):
        raise typer.Exit(2)


@app.command()
def draft(extract: Extract, feed: Feed = None, output: Output = None) -> None:
    """Propose a contract from the header and first rows of a file, for you to edit.

    Example: fitmart contract draft landing/orders.csv --feed shop.order_lines
    """
    from pipelines.cli.options import writable
    from pipelines.cli.show import console
    from pipelines.extracts.draft import draft_contract
    from pipelines.extracts.landing import delivered_file

    if output is not None:
        _is_free(writable(output))
    delivered_file(extract)
    text = draft_contract(extract, feed)
    if output is None:
        console().print(text, markup=False, soft_wrap=True)
    else:
        output.write_text(text, encoding="utf-8")
        command = f"fitmart contract check {output} --against {extract}"
        console().print(f"{output} is written. Edit it, then: {command}", markup=False)


def _is_free(path: Path) -> None:
    """A draft must not take the place of what somebody has edited."""
    if path.exists():
        raise FitmartError(
            "this file exists already",
            file=str(path),
            rule="draft_destination_is_free",
            remedy="Name another file with --output.",
        )
