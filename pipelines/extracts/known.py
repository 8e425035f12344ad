"""What the ledger knows of a file, or of a contract, when it comes again.

A file is known by its content and by what its contract means; here it is found where
either has changed meanwhile. What follows from it is decided in `ingest.py`.
"""

from collections import Counter
from collections.abc import Sequence

from pipelines.errors import FitmartError
from pipelines.extracts.attempt import Attempt, ExtractOutcome, Workshop
from pipelines.extracts.contract import Contract
from pipelines.extracts.identity import (
    identify,
    named_time,
    place_hash,
    readable_name,
)
from pipelines.extracts.landing import Delivered, claims
from pipelines.extracts.ledger import (
    Extract,
    list_extracts,
    record_event,
    set_values,
)
from pipelines.extracts.load import transaction
from pipelines.extracts.scan import raw_hash
from pipelines.extracts.settle import identity_of


def read_before(
    known: dict[str, Extract], attempt: Attempt, file: Delivered, contract: Contract
) -> Extract | None:
    """The extract that an older form of the contract made of the same content."""
    others = [
        one
        for one in known.values()
        if one.content_hash == attempt.content_hash
        and one.contract_name == contract.contract
        and one.contract_hash != contract.meaning_hash
        and one.status != "replaced"
    ]
    time = named_time(contract, readable_name(file.path))
    for one in others:
        if identify(one.content_hash, one.contract_hash, time) == one.extract_id:
            return one
    same_place = [one for one in others if one.relative_path == file.relative_path]
    return next(iter(same_place), None)


def refused_unread(
    known: dict[str, Extract], attempt: Attempt, file: Delivered, contract: Contract
) -> Extract | None:
    """The refusal of the same file when its content could not be read, and only its
    bytes or its place were known."""
    refused = [
        one
        for one in known.values()
        if one.status == "refused"
        and one.contract_name == contract.contract
        and one.relative_path == file.relative_path
        and one.content_hash != attempt.content_hash
    ]
    if not refused or not attempt.is_read:
        return None
    hashes = {place_hash(file), raw_hash(file.path)}
    return next((one for one in refused if one.content_hash in hashes), None)


def loaded_by_a_contract_that_is_gone(
    known: dict[str, Extract], attempt: Attempt, contract: Contract, names: set[str]
) -> Extract | None:
    """The extract that holds the same records for the same feed, or was withdrawn."""
    return next(
        (
            one
            for one in known.values()
            if one.content_hash == attempt.content_hash
            and one.feed == contract.feed
            and one.contract_name not in names
            and one.loaded_count + one.superseded_count > 0
            and (one.holds_rows or one.status == "withdrawn")
        ),
        None,
    )


def already_there(orphan: Extract, file: Delivered) -> FitmartError:
    """The refusal of a file whose records a contract that is gone has brought."""
    is_withdrawn = orphan.status == "withdrawn"
    return FitmartError(
        f"contract '{orphan.contract_name}', which is gone, has loaded the same "
        f"content as extract {orphan.extract_id}"
        + (", which was withdrawn" if is_withdrawn else ""),
        file=file.relative_path,
        rule="content_is_new",
        remedy="Accept this refusal to leave it out, or reload it to have it after all."
        if is_withdrawn
        else "If the contract was renamed and changed at once, give it its old name "
        "back and accept this refusal; else withdraw that extract and reload this one.",
    )


def loaded_beside(
    workshop: Workshop,
    outcomes: Sequence[ExtractOutcome],
    contracts: Sequence[Contract],
) -> tuple[str, ...]:
    """Files that may be a longer delivery of what is loaded already."""
    by_place = {
        one.contract for one in contracts if identity_of(one.records) == "place"
    }
    loaded = Counter(
        (one.contract_name, one.relative_path)
        for one in list_extracts(workshop.connection)
        if one.holds_rows
    )
    return tuple(
        one.relative_path
        for one in outcomes
        if one.outcome == "loaded"
        and one.contract_name in by_place
        and loaded[one.contract_name, one.relative_path] > 1
    )


def follow_renames(workshop: Workshop, contracts: Sequence[Contract]) -> None:
    """Give the extracts of a contract that is gone to one that means the same.

    A contract's name is no part of its meaning; without this a renamed one would not
    know what it has read, and the next change of it would read all of it again.
    """
    names = {contract.contract for contract in contracts}
    for one in list_extracts(workshop.connection):
        if one.contract_name in names:
            continue
        heirs = [it for it in contracts if it.meaning_hash == one.contract_hash]
        place = Delivered(workshop.home.path, one.relative_path, 0)
        # Several may mean the same and differ in the files that they claim.
        heirs.sort(key=lambda it: (not claims(it, place), it.contract))
        if not heirs:
            continue
        name = heirs[0].contract
        set_values(workshop.connection, one.extract_id, contract_name=name)
        reason = f"contract {one.contract_name} is called {name} now"
        record_event(
            workshop.connection, one.extract_id, "contract_renamed", "ingest", reason
        )


def mark_stale(workshop: Workshop, contracts: Sequence[Contract]) -> tuple[str, ...]:
    """Mark what a contract has read that means something else by now.

    A contract that was put back as it was makes its extracts fresh again.
    """
    meanings = {contract.contract: contract.meaning_hash for contract in contracts}
    stale = []
    with transaction(workshop.connection):
        follow_renames(workshop, contracts)
        for one in list_extracts(workshop.connection):
            if one.contract_name not in meanings:
                continue
            is_current = one.contract_hash == meanings[one.contract_name]
            if one.status == "loaded" and not is_current:
                _set_status(workshop, one, "stale_contract")
            elif one.status == "stale_contract" and is_current:
                _set_status(workshop, one, "loaded")
                continue
            elif one.status != "stale_contract":
                continue
            stale.append(one.extract_id)
    return tuple(stale)


def _set_status(workshop: Workshop, extract: Extract, status: str) -> None:
    set_values(workshop.connection, extract.extract_id, status=status)
    record_event(workshop.connection, extract.extract_id, status, "ingest")
