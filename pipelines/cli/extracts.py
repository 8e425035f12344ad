"""`fitmart extracts`: the ledger, and what a person decides about an extract."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from pipelines.errors import FitmartError

if TYPE_CHECKING:
    from pipelines.project import Settings

app = typer.Typer(help="List extracts; reload, withdraw or accept one.")

ExtractId = Annotated[str, typer.Argument(help="Id from `fitmart extracts list`.")]
OneExtract = Annotated[
    str | None, typer.Argument(help="Id from `fitmart extracts list`.")
]
OfContract = Annotated[
    str | None, typer.Option(help="All stale extracts of this contract.")
]
AllStale = Annotated[
    bool, typer.Option("--all-stale", help="All extracts that an older contract read.")
]
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
    from pipelines.cli.options import settings_of_home
    from pipelines.cli.show import console, table
    from pipelines.extracts import ledger
    from pipelines.extracts.feed import load_feeds
    from pipelines.extracts.warehouse import open_build

    _is_one_of("status", status, get_args(ledger.Status))
    _is_one_of("feed", feed, load_feeds())
    with open_build(settings_of_home().home, read_only=True) as connection:
        extracts = ledger.list_extracts(connection)
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
def reload(
    reason: Reason,
    extract_id: OneExtract = None,
    contract: OfContract = None,
    all_stale: AllStale = False,
    actor: Actor = "unknown",
) -> None:
    """Read an extract again, under the contract as it is now; or all that are stale.

    Of several each is reloaded on its own: exits with 1 when one of them failed, which
    then stays as it was.

    Example: fitmart extracts reload 3f9a1c --reason "contract corrected"

    Example: fitmart extracts reload --contract orders --reason "amounts are net"

    Example: fitmart extracts reload --all-stale --reason "time zone corrected"
    """
    from pipelines.extracts import decisions

    if [extract_id is not None, contract is not None, all_stale].count(True) != 1:
        raise FitmartError(
            "it has to be said what to reload",
            rule="extracts_are_named",
            remedy="Give one of: the id of an extract, --contract NAME, --all-stale.",
        )
    if extract_id is not None:
        _decide(decisions.reload, extract_id, reason, actor, "reload")
    elif not _reload_stale(reason, actor, contract):
        raise typer.Exit(1)


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


def _is_one_of(name: str, value: str | None, known: Iterable[str]) -> None:
    """A misspelt filter must not look like an empty ledger."""
    if value is not None and value not in known:
        raise FitmartError(
            f"there is no {name} '{value}'",
            rule=f"{name}_exists",
            remedy=f"Use one of {', '.join(known)}.",
        )


def _reload_stale(reason: str, actor: str, contract: str | None) -> bool:
    """Reload what is stale and say what became of each; whether none failed."""
    from pipelines.cli.options import settings_of_home
    from pipelines.cli.show import console, show_error
    from pipelines.extracts.decisions import reload_stale
    from pipelines.home import opened

    out, failed, count = console(), 0, 0
    with opened(settings_of_home(with_input=True), "extracts reload") as settings:
        for done in reload_stale(settings, reason, actor, contract):
            count += 1
            if done.failure is not None:
                failed += 1
                show_error(done.failure, title=f"{done.extract.extract_id} stays")
                continue
            path = done.extract.relative_path
            out.print(f"reload: {done.extract.extract_id}, {path}", markup=False)
    out.print(
        f"{count - failed} of {count} stale extracts are reloaded."
        " The marts follow with `fitmart run`."
        if count
        else "No extract is stale.",
        markup=False,
    )
    return not failed


def _decide(
    decision: "Callable[[Settings, str, str, str], object]",
    extract_id: str,
    reason: str,
    actor: str,
    verb: str,
) -> None:
    from pipelines.cli.options import settings_of_home
    from pipelines.cli.show import console
    from pipelines.extracts.ledger import required_extract
    from pipelines.extracts.warehouse import open_build
    from pipelines.home import opened

    # What shares a key with the rows of an extract is said by its contract.
    chosen = settings_of_home(with_input=verb != "accept")
    with opened(chosen, f"extracts {verb}") as settings:
        with open_build(settings.home, read_only=True) as connection:
            extract = required_extract(connection, extract_id)
        decision(settings, extract.extract_id, reason, actor)
    console().print(
        f"{verb}: {extract.extract_id}, {extract.relative_path}. "
        "The marts follow with `fitmart run`.",
        markup=False,
    )
