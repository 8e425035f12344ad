"""Names of columns: reading them from a file, finding them, and noticing drift.

Pure functions over names; the cells beneath them are never looked at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from pipelines.errors import FitmartError
from pipelines.extracts.contract import ColumnReference, Contract, Drift, FileFormat

DriftKind = Literal["new", "missing", "renamed", "reordered"]
_BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True)
class Drifted:
    """One difference between the expected columns and those of a file.

    Args:
        kind: new, missing, renamed or reordered.
        column_name: The column as the contract or, when new, the file names it.
        expected: Its expected name or position; None when new.
        observed: Its observed name or position; None when missing.
        decision: What the contract's drift policy makes of it.
    """

    kind: DriftKind
    column_name: str
    expected: str | None
    observed: str | None
    decision: Literal["accepted", "refused"]


def join_header(
    file_format: FileFormat, rows: Sequence[Sequence[str]]
) -> tuple[str, ...]:
    """The names of the columns, from the header rows of a file.

    Several rows are joined cell by cell; a cell that repeats the one above it or is
    empty adds nothing. Names may be empty or stand twice: such columns are referred to
    by position.

    Raises:
        FitmartError: There are fewer rows than the format declares.
    """
    if file_format.header_rows == 0 and file_format.column_names is not None:
        return file_format.column_names
    if len(rows) < file_format.header_rows or not rows:
        raise FitmartError(
            f"{file_format.header_rows} header rows are declared, "
            f"the file has {len(rows)}",
            where="header",
            rule="header_is_complete",
            remedy="Ask for the file again, or correct format.header_rows.",
        )
    width = max(len(row) for row in rows)
    padded = [_clean(row) + [""] * (width - len(row)) for row in rows]
    if file_format.fill_header:
        padded = [*(_filled(row) for row in padded[:-1]), padded[-1]]
    return tuple(
        file_format.header_separator.join(_without_repeats(cells))
        for cells in zip(*padded, strict=True)
    )


def _clean(row: Sequence[str]) -> list[str]:
    return [cell.removeprefix(_BYTE_ORDER_MARK).strip() for cell in row]


def _filled(row: list[str]) -> list[str]:
    filled: list[str] = []
    for cell in row:
        filled.append(cell or (filled[-1] if filled else ""))
    return filled


def _without_repeats(cells: tuple[str, ...]) -> list[str]:
    return [name for name in dict.fromkeys(cells) if name]


def duplicate_names(header: tuple[str, ...]) -> tuple[str, ...]:
    """The names that stand more than once."""
    return tuple(dict.fromkeys(name for name in header if header.count(name) > 1))


def resolve(reference: ColumnReference, header: tuple[str, ...]) -> int | None:
    """The position (from 1) of a column, None when the file lacks it.

    Raises:
        FitmartError: The name stands more than once.
    """
    if isinstance(reference, int):
        return reference if reference <= len(header) else None
    name = reference.strip()
    count = header.count(name)
    if count > 1:
        positions = [str(i) for i, other in enumerate(header, 1) if other == name]
        raise FitmartError(
            f"the column '{name}' stands {count} times in the header",
            where=f"columns {', '.join(positions)}",
            rule="mapped_name_is_unique",
            remedy="Use its position in the contract instead of its name.",
        )
    return header.index(name) + 1 if count else None


def references(contract: Contract) -> tuple[tuple[ColumnReference, ...], ...]:
    """The columns that a contract reads; alternatives for one place stand together."""
    found: list[tuple[ColumnReference, ...]] = []
    for source in contract.columns.values():
        if source.from_ is not None:
            found.append(alternatives(source.from_))
        found += [(item,) for item in source.key or ()]
        found += [(item,) for item in source.product_of or ()]
    records = contract.records
    if records.version is not None:
        found.append((records.version.column,))
    if records.effective_at is not None and records.effective_at.column is not None:
        found.append((records.effective_at.column,))
    if records.deleted_when is not None:
        found.append((records.deleted_when.column,))
    for question in contract.survey.questions if contract.survey else ():
        if question.from_ is not None:
            found.append(alternatives(question.from_))
        found += [(item,) for item in question.choices or ()]
    return tuple(dict.fromkeys(found))


def positions(contract: Contract, header: tuple[str, ...]) -> frozenset[int]:
    """Where the columns stand that a contract reads, from 1."""
    found = (resolve(item, header) for group in references(contract) for item in group)
    return frozenset(place for place in found if place is not None)


def alternatives(
    origin: ColumnReference | tuple[ColumnReference, ...],
) -> tuple[ColumnReference, ...]:
    """The columns of which the first that the file has is read."""
    return origin if isinstance(origin, tuple) else (origin,)


def expected_names(contract: Contract, observed: tuple[str, ...]) -> tuple[str, ...]:
    """The declared header, or the mapped names: of alternatives the one present."""
    if contract.header is not None:
        return contract.header
    names: list[str] = []
    for group in references(contract):
        present = [item for item in group if resolve(item, observed) is not None]
        chosen = present[0] if present else group[0]
        names.append(_name(chosen, observed))
    return tuple(dict.fromkeys(names))


def _name(reference: ColumnReference, observed: tuple[str, ...]) -> str:
    if isinstance(reference, str):
        return reference.strip()
    if reference <= len(observed):
        return observed[reference - 1]
    return f"column {reference}"


def find_drift(
    contract: Contract,
    observed: tuple[str, ...],
    previous: tuple[str, ...] | None = None,
) -> tuple[Drifted, ...]:
    """What differs between the columns that a contract expects and those of a file."""
    found = compare(
        expected_names(contract, observed),
        observed,
        contract.drift,
        declared=contract.header is not None,
        previous=previous,
    )
    return (*found, *_shifted(contract, observed))


def _shifted(contract: Contract, observed: tuple[str, ...]) -> Iterator[Drifted]:
    """Other names at places that the contract reads by their number: whatever it
    accepts of names that it does not read, these would be read for others."""
    if contract.header is None:
        return
    for group in references(contract):
        for place in (item for item in group if isinstance(item, int)):
            if place > min(len(contract.header), len(observed)):
                continue
            # Names may stand twice: the second of two is not the first.
            expected, found = contract.header[:place], observed[:place]
            name, other = expected[-1], found[-1]
            if (name, expected.count(name)) != (other, found.count(other)):
                yield Drifted("renamed", name, name, other, "refused")


def compare(
    expected: tuple[str, ...],
    observed: tuple[str, ...],
    policy: Drift,
    *,
    declared: bool = True,
    previous: tuple[str, ...] | None = None,
) -> tuple[Drifted, ...]:
    """What differs between the expected and the observed columns.

    Args:
        expected: The contract's header, or the names that it maps.
        observed: The names of the file.
        policy: What the contract makes of each kind.
        declared: Whether `expected` is a whole header. Mapped names alone say nothing
            of other columns, nor of positions; then `previous` does, if given.
        previous: The header of the extract before, to compare with.
    """
    known = expected if declared else (previous or ())
    wanted = tuple(dict.fromkeys((*expected, *known)))
    missing = [name for name in wanted if name not in observed]
    new = [name for name in dict.fromkeys(observed) if name not in wanted]
    if not known:
        new = []
    items: list[Drifted] = []
    for name in list(missing):
        successor = _at_the_place_of(name, known, observed, new)
        if successor is not None:
            missing.remove(name)
            new.remove(successor)
            items.append(_item("renamed", name, name, successor, policy.renamed))
    items += [_item("missing", name, name, None, policy.missing) for name in missing]
    items += [_item("new", name, None, name, policy.new) for name in new]
    items += _reordered(known, observed, policy)
    return tuple(items)


def _at_the_place_of(
    name: str, known: tuple[str, ...], observed: tuple[str, ...], new: list[str]
) -> str | None:
    if name not in known or known.index(name) >= len(observed):
        return None
    candidate = observed[known.index(name)]
    return candidate if candidate in new else None


def _reordered(
    known: tuple[str, ...], observed: tuple[str, ...], policy: Drift
) -> list[Drifted]:
    before = [name for name in dict.fromkeys(known) if name in observed]
    after = [name for name in dict.fromkeys(observed) if name in known]
    return [
        _item(
            "reordered",
            name,
            str(known.index(name) + 1),
            str(observed.index(name) + 1),
            policy.reordered,
        )
        for name, other in zip(before, after, strict=True)
        if name != other
    ]


def _item(
    kind: DriftKind,
    name: str,
    expected: str | None,
    observed: str | None,
    policy: Literal["accept", "refuse"],
) -> Drifted:
    decision: Literal["accepted", "refused"] = (
        "accepted" if policy == "accept" else "refused"
    )
    return Drifted(kind, name, expected, observed, decision)
