"""One column of a feed: its value and its rules as SQL, and the fast way to both.

Which columns there are, and what else a record has, is in `mapping.py`.
"""

from dataclasses import dataclass

from pipelines.extracts.contract_column import ColumnSource
from pipelines.extracts.feed import SQL_TYPE, FeedColumn
from pipelines.extracts.mapped import MappedColumn, Rule
from pipelines.extracts.resolved_cells import CellText, ResolvedCells
from pipelines.extracts.transforms import (
    covered,
    exact,
    final_text,
    finite,
    literal,
    number_text,
    precise,
    stripped,
    typed,
)
from pipelines.extracts.typed_read import typed_read, unbroken


@dataclass(frozen=True)
class _Value:
    text: str
    value: str
    cells: tuple[int, ...]
    rules: tuple[Rule, ...]


_REASON = {
    "date": ("date_is_readable", "is not a date in the declared format"),
    "instant": ("time_is_readable", "is not a time in the declared format"),
    "number": ("number_is_readable", "is not a number"),
    "integer": ("integer_is_readable", "is not a whole number"),
    "boolean": ("boolean_is_readable", "is neither yes nor no"),
    "money": ("money_is_readable", "is not an amount"),
}


def map_column(
    name: str, column: FeedColumn, source: ColumnSource | None, cells: ResolvedCells
) -> tuple[tuple[MappedColumn, ...], tuple[Rule, ...]]:
    """The raw columns of one feed column, and the rules that its cells must keep."""
    if source is None:
        return _unmapped(name, column), ()
    found = _value(name, column, source, cells)
    rules = list(found.rules)
    if column.required:
        rules.append(_required(name, found.value))
    if column.personal == "email":
        return _email(name, found, rules), tuple(rules)
    sql_type = SQL_TYPE[column.type]
    is_hashed = column.personal == "hash"
    value = f"keyed_hash({found.value})" if is_hashed else found.value
    mapped = _mapped(name, sql_type, value, found.cells, rules)
    unknown = cells.contract.format.na
    if source.is_plain and not is_hashed and unknown == ("",) and found.cells:
        mapped = typed_read(mapped, column, cells.is_ascii)
    return (mapped,), tuple(rules)


def _mapped(
    name: str, sql_type: str, value: str, cells: tuple[int, ...], rules: list[Rule]
) -> MappedColumn:
    condition = unbroken(rules)
    return MappedColumn(
        name=name,
        sql_type=sql_type,
        expression=value,
        cells=cells,
        condition=condition,
        fast_type="varchar",
        fast_expression=value,
        fast_condition=condition,
    )


def _unmapped(name: str, column: FeedColumn) -> tuple[MappedColumn, ...]:
    kinds = {name: SQL_TYPE[column.type]}
    if column.personal == "email":
        kinds = {f"{name}_hash": "varchar", f"{name}_domain": "varchar"}
    return tuple(
        _mapped(raw, kind, f"null::{kind}", (), []) for raw, kind in kinds.items()
    )


def _email(name: str, found: _Value, rules: list[Rule]) -> tuple[MappedColumn, ...]:
    """The address as a keyed hash, and its domain where the text is an address."""
    address = f"lower({found.value})"
    domain = rf"nullif(regexp_extract({address}, '^[^@\s]+@([^@\s]+)$', 1), '')"
    hashed = f"keyed_hash({address})"
    return (
        _mapped(f"{name}_hash", "varchar", hashed, found.cells, rules),
        _mapped(f"{name}_domain", "varchar", domain, found.cells, []),
    )


def _value(
    name: str, column: FeedColumn, source: ColumnSource, cells: ResolvedCells
) -> _Value:
    if source.product_of is not None:
        return _product(name, column, source, cells)
    origin = _origin(name, column, source, cells)
    text = final_text(origin.sql, source)
    rules: list[Rule] = []
    has_map = covered(origin.sql, source) != origin.sql
    if has_map and source.unmapped == "reject" and source.default is None:
        rules.append(
            Rule(
                name="value_is_known",
                column=name,
                broken=f"(({origin.sql}) is not null and "
                f"({covered(origin.sql, source)}) is null)",
                reason=f"{name} has a text that the contract does not cover.",
                remedy="Add it to values or match, or declare what becomes of others "
                "with unmapped.",
            )
        )
    value = typed(text, column.type, source)
    if column.type != "text":
        rules += _readable(name, column, source, text, value)
    return _Value(text, value, origin.cells, tuple(rules))


def _origin(
    name: str, column: FeedColumn, source: ColumnSource, cells: ResolvedCells
) -> CellText:
    """The text that a column starts from, after blanks, `na`, `strip` and `lower`."""
    place = f"columns.{name}"
    if source.from_ is not None:
        is_written = column.personal == "free_text"
        found = cells.text(source.from_, place, source.na, is_written=is_written)
        return CellText(stripped(found.sql, source), found.cells)
    if source.key is not None:
        parts = [cells.text(item, place, source.na) for item in source.key]
        used = tuple(cell for part in parts for cell in part.cells)
        return CellText(_key([part.sql for part in parts]), used)
    if source.record_number:
        return CellText("record_number::varchar", ())
    constant = source.constant
    shown = str(constant).lower() if isinstance(constant, bool) else str(constant)
    return CellText(f"{literal(shown)}::varchar", ())


def _key(parts: list[str]) -> str:
    """A hash of the parts with their lengths, so that no two lists look the same."""
    lengths = [f"coalesce(length({part}) || ':' || {part}, '-')" for part in parts]
    some = f"coalesce({', '.join(parts)})" if len(parts) > 1 else parts[0]
    return f"case when {some} is not null then md5({' || '.join(lengths)}) end"


def _product(
    name: str, column: FeedColumn, source: ColumnSource, cells: ResolvedCells
) -> _Value:
    """The exact product: factors of four decimals give one of eight."""
    place = f"columns.{name}"
    factors = [cells.text(item, place, source.na) for item in source.product_of or ()]
    texts = [stripped(factor.sql, source) for factor in factors]
    numbers = [
        exact(precise(number_text(text, source)), "decimal(18, 4)") for text in texts
    ]
    product = " * ".join(f"({number})::decimal(38, 4)" for number in numbers)
    present = " and ".join(f"({text}) is not null" for text in texts)
    text = f"case when {present} then '' end"
    narrow = {
        "money": exact(f"({product})", "decimal(18, 4)"),
        "integer": exact(f"({product})", "bigint"),
        "number": finite(f"({product})::double"),
        "text": f"({product})::varchar",
    }
    value = narrow.get(column.type, f"null::{SQL_TYPE[column.type]}")
    used = tuple(cell for factor in factors for cell in factor.cells)
    rule_name, problem = _REASON.get(column.type, _REASON["number"])
    rules = [
        Rule(
            name="factors_are_numbers",
            column=name,
            broken=f"(({text}) is not null and ({product}) is null)",
            reason=f"A factor of {name} is not a number of at most four decimals.",
            remedy="Correct the record, or decimal, thousands and strip.",
        ),
    ]
    if column.type == "money":
        rules.append(_fits(name, product, value))
    else:
        rules.append(
            Rule(
                name=rule_name,
                column=name,
                broken=f"(({product}) is not null and ({value}) is null)",
                reason=f"{name} {problem}.",
                remedy="Correct the record, or its place in the contract.",
            )
        )
    return _Value(text, value, used, tuple(rules))


def _readable(
    name: str, column: FeedColumn, source: ColumnSource, text: str, value: str
) -> list[Rule]:
    rule_name, problem = _REASON[column.type]
    number = precise(number_text(text, source))
    read = number if column.type == "money" else value
    rules = [
        Rule(
            name=rule_name,
            column=name,
            broken=f"(({text}) is not null and ({read}) is null)",
            reason=f"{name} {problem}.",
            remedy="Correct the record, or how the contract reads the column.",
        )
    ]
    if column.type == "money":
        rules.append(_fits(name, number, value))
    return rules


def _fits(name: str, number: str, value: str) -> Rule:
    return Rule(
        name="money_fits",
        column=name,
        broken=f"(({number}) is not null and ({value}) is null)",
        reason=f"{name} has more than four decimals or fourteen whole digits, "
        "and money is never rounded.",
        remedy="Correct the amount at its source.",
    )


def _required(name: str, value: str) -> Rule:
    return Rule(
        name="required_is_present",
        column=name,
        broken=f"(({value}) is null)",
        reason=f"{name} is empty, and the feed needs it.",
        remedy="Complete the record, or give the column a default in the contract.",
    )
