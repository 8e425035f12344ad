"""What people decide about extracts: reload, withdraw, accept.

Each is one transaction, and who decided, when and why stay in the ledger.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import FitmartError
from pipelines.extracts.attempt import Attempt, ExtractOutcome, Workshop
from pipelines.extracts.contract import Contract
from pipelines.extracts.contract_files import load_contracts
from pipelines.extracts.identity import (
    identify,
    named_time,
    readable_name,
)
from pipelines.extracts.ingest import open_workshop
from pipelines.extracts.known import mark_stale
from pipelines.extracts.landing import Delivered, list_landing
from pipelines.extracts.ledger import (
    Extract,
    list_extracts,
    now,
    record_event,
    required_extract,
    set_values,
)
from pipelines.extracts.load import Loading, transaction, withdraw_rows
from pipelines.extracts.quarantine import kept_files
from pipelines.extracts.scan import content_hash, raw_hash
from pipelines.project import Settings


@dataclass(frozen=True)
class Reloaded:
    """What became of one of several extracts that were to be reloaded.

    Args:
        failure: Why it stays as it was; nothing when it was reloaded.
    """

    extract: Extract
    outcome: ExtractOutcome | None
    failure: FitmartError | None = None


def reload(
    settings: Settings, extract_id: str, reason: str, actor: str
) -> ExtractOutcome:
    """Read an extract again under its contract of today, in the place of the old one.

    Raises:
        FitmartError: The file is gone, or refused again; then nothing has changed.
    """
    _has_reason(reason)
    with open_workshop(settings) as workshop:
        extract = _find(workshop, extract_id, "reloaded")
        return _reload(settings, workshop, extract, reason, actor)


def reload_stale(
    settings: Settings, reason: str, actor: str, contract_name: str | None = None
) -> Iterator[Reloaded]:
    """Reload every extract that an older form of its contract has read, one by one.

    Each is a transaction of its own: one that fails stays as it was, and the others
    are reloaded all the same.

    Args:
        contract_name: Only extracts of this contract.

    Raises:
        FitmartError: There is no such contract.
    """
    _has_reason(reason)
    contracts = load_contracts(settings.contracts)
    names = [contract.contract for contract in contracts]
    if contract_name is not None and contract_name not in names:
        raise FitmartError(
            f"there is no contract '{contract_name}'",
            file=str(settings.contracts),
            rule="contract_exists",
            remedy=f"Use one of {', '.join(names)}.",
        )
    with open_workshop(settings) as workshop:
        stale = mark_stale(workshop, contracts)
        known = list_extracts(workshop.connection)
        for extract in sorted(known, key=lambda one: one.relative_path):
            is_wanted = contract_name in (None, extract.contract_name)
            if extract.extract_id not in stale or not is_wanted:
                continue
            try:
                done = _reload(settings, workshop, extract, reason, actor)
            except FitmartError as failure:
                yield Reloaded(extract, None, failure)
            else:
                yield Reloaded(extract, done)


def withdraw(settings: Settings, extract_id: str, reason: str, actor: str) -> None:
    """Take the rows of an extract out of the warehouse; it is not loaded again.

    Raises:
        FitmartError: There is nothing to withdraw.
    """
    _has_reason(reason)
    with open_workshop(settings) as workshop:
        extract = _find(workshop, extract_id, "withdrawn")
        loading = Loading(workshop.connection, workshop.cipher, actor)
        contract = _contract(settings, extract)
        with transaction(workshop.connection):
            if extract.loaded_at is not None:
                withdraw_rows(loading, extract, contract)
            _decide(workshop, extract, "withdrawn", reason, actor)


def accept(settings: Settings, extract_id: str, reason: str, actor: str) -> None:
    """Leave an extract as it is: refused and out, or read by an older contract.

    Raises:
        FitmartError: The extract does not wait for a decision.
    """
    _has_reason(reason)
    with open_workshop(settings) as workshop:
        extract = _find(workshop, extract_id, "accepted")
        if extract.status not in ("refused", "stale_contract"):
            raise FitmartError(
                f"extract {extract_id} is {extract.status} and waits for no decision",
                file=extract.relative_path,
                rule="decision_is_due",
                remedy="See `fitmart extracts list`.",
            )
        with transaction(workshop.connection):
            _decide(workshop, extract, "accepted", reason, actor)


def _reload(
    settings: Settings, workshop: Workshop, extract: Extract, reason: str, actor: str
) -> ExtractOutcome:
    contract = _contract(settings, extract)
    if contract is None:
        raise FitmartError(
            f"contract '{extract.contract_name}' is gone",
            file=str(settings.contracts),
            rule="contract_exists",
            remedy="Put the contract back, or withdraw the extract.",
        )
    file = _find_file(settings, workshop, extract, contract)
    attempt = Attempt(workshop, file, contract)
    loading = Loading(workshop.connection, workshop.cipher, actor, "reloaded", reason)
    done = attempt.settle(loading, replaces=extract, keep_refusal=False)
    if done.outcome == "changed":
        raise FitmartError(
            "the file was written to while it was read",
            file=file.relative_path,
            rule="file_is_at_rest",
            remedy="Reload again when the delivery has ended.",
        )
    return done


def _decide(
    workshop: Workshop, extract: Extract, status: str, reason: str, actor: str
) -> None:
    set_values(
        workshop.connection,
        extract.extract_id,
        status=status,
        decided_at=now(),
        decided_by=actor,
        decision_reason=reason,
    )
    record_event(workshop.connection, extract.extract_id, status, actor, reason)


def _has_reason(reason: str) -> None:
    if not reason.strip():
        raise FitmartError(
            "a decision needs a reason",
            rule="reason_is_given",
            remedy="Say why with --reason.",
        )


def _find(workshop: Workshop, extract_id: str, becomes: str) -> Extract:
    extract = required_extract(workshop.connection, extract_id)
    if extract.status in ("replaced", becomes):
        raise FitmartError(
            f"extract {extract_id} is {extract.status} already",
            file=extract.relative_path,
            rule="decision_is_due",
            remedy="Decide about the extract that took its place."
            if extract.replaced_by
            else "See `fitmart extracts list`.",
        )
    return extract


def _contract(settings: Settings, extract: Extract) -> Contract | None:
    """The contract of an extract as it is today; nothing when it is gone."""
    contracts = load_contracts(settings.contracts)
    return next(
        (one for one in contracts if one.contract == extract.contract_name), None
    )


def _find_file(
    settings: Settings, workshop: Workshop, extract: Extract, contract: Contract
) -> Delivered:
    """The file of an extract, in quarantine or in the landing, told by its content."""
    kept = [
        Delivered(path, extract.relative_path, path.stat().st_size)
        for path in kept_files(settings.home, extract.extract_id)
    ]
    delivered = [file for file in list_landing(settings.landing) if not file.refusal]
    # The file that lies where it was delivered is the likely one: look there first.
    delivered.sort(key=lambda file: file.relative_path != extract.relative_path)
    for file in (*kept, *delivered):
        if _can_be(file, extract, contract) and _holds(
            file.path, extract, contract, workshop
        ):
            return file
    raise FitmartError(
        "the file of this extract is neither in quarantine nor in the landing",
        file=extract.relative_path,
        rule="file_is_kept",
        remedy="Deliver the same file again, or withdraw the extract.",
    )


def _can_be(file: Delivered, extract: Extract, contract: Contract) -> bool:
    """Whether a file with the same content would be the same delivery: not one of
    another day, where the name says what day it is."""
    declared = contract.records.effective_at
    if declared is None or declared.file_name is None:
        return True
    time = named_time(contract, readable_name(file.path))
    return (
        file.relative_path == extract.relative_path
        or identify(extract.content_hash, extract.contract_hash, time)
        == extract.extract_id
    )


def _holds(
    path: Path, extract: Extract, contract: Contract, workshop: Workshop
) -> bool:
    """Whether this is the file; one that was never decoded is known by its bytes."""
    wanted = extract.content_hash
    if content_hash(path, contract.format, workshop.limits) == wanted:
        return True
    return raw_hash(path) == wanted
