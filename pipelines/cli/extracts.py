"""`fitmart extracts`: the ledger, and what a person decides about an extract."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from pipelines.project import Settings

app = typer.Typer(help="List extracts; reload, withdraw or accept one.")

ExtractId = Annotated[str, typer.Argument(help="Id from `fitmart extracts list`.")]
Reason = Annotated[str, typer.Option(help="Why; it stays in the ledger.")]
Actor = Annotated[
    str, typer.Option(envvar=["FITMART_ACTOR", "USER"], help="Who decides.")
]
Status = Annotated[str | None, typer.Option(help="Only extracts with this status.")]
Feed = Annotated[str | None, typer.Option(help="Only extracts of this feed.")]


@app.command("list")
def list_all(status: Status = None, feed: Feed = None) -> None:
    """Show the ledger: one row per extract ever seen.

    Example: fitmart extracts list --status refused
    """
    from pipelines.cli.show import console, table
    from pipelines.extracts.ledger import list_extracts
    from pipelines.extracts.warehouse import open_build
    from pipelines.project import Settings

    settings = Settings.from_environment()
    with open_build(settings.home, read_only=True) as connection:
        extracts = list_extracts(connection)
    rows = [
        (
            one.extract_id,
            one.feed,
            one.status,
            one.records_in_file,
            one.loaded_count,
            one.rejected_count,
            one.relative_path,
            one.refusal_reason,
        )
        for one in extracts
        if status in (None, one.status) and feed in (None, one.feed)
    ]
    headings = ["extract", "feed", "status", "records", "loaded", "rejected", "file"]
    console().print(table([*headings, "reason"], rows))


@app.command()
def reload(extract_id: ExtractId, reason: Reason, actor: Actor = "unknown") -> None:
    """Read an extract again, under the contract as it is now.

    Example: fitmart extracts reload 3f9a1c --reason "contract corrected"
    """
    from pipelines.extracts import decisions

    _decide(decisions.reload, extract_id, reason, actor, "reload")


@app.command()
def withdraw(extract_id: ExtractId, reason: Reason, actor: Actor = "unknown") -> None:
    """Take the rows of an extract out of the warehouse.

    Example: fitmart extracts withdraw 3f9a1c --reason "delivered by mistake"
    """
    from pipelines.extracts import decisions

    _decide(decisions.withdraw, extract_id, reason, actor, "withdraw")


@app.command()
def accept(extract_id: ExtractId, reason: Reason, actor: Actor = "unknown") -> None:
    """Let an extract stay as it is; it no longer keeps the gate shut.

    Example: fitmart extracts accept 3f9a1c --reason "history is right as it was read"
    """
    from pipelines.extracts import decisions

    _decide(decisions.accept, extract_id, reason, actor, "accept")


def _decide(
    decision: "Callable[[Settings, str, str, str], object]",
    extract_id: str,
    reason: str,
    actor: str,
    verb: str,
) -> None:
    from pipelines.cli.show import console
    from pipelines.home import opened
    from pipelines.project import Settings

    with opened(Settings.from_environment(), f"extracts {verb}") as settings:
        decision(settings, extract_id, reason, actor)
    console().print(f"{verb}: {extract_id}. The marts follow with `fitmart run`.")
