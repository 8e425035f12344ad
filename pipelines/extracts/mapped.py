"""What mapping yields: columns as SQL, and the rules that make rejects."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """What makes a record a reject.

    Args:
        name: Such as `date_is_readable`, `required_is_present`, `value_is_known`.
        column: The feed column, or the survey question.
        broken: SQL boolean over the incoming cells: true where the record breaks the
            rule, never null, never an error.
        reason: A sentence for people, without anything of the record in it.
        remedy: A sentence: what to do.
    """

    name: str
    column: str
    broken: str
    reason: str
    remedy: str


@dataclass(frozen=True)
class MappedColumn:
    """One raw column of the feed and how it is read.

    Args:
        name: Name of the raw column; an e-mail column gives `_hash` and `_domain`.
        sql_type: Type of the raw column.
        expression: SQL over the incoming cells: the typed value, NULL where empty.
            Never raises, whatever the cells hold.
        cells: Positions (from 1) that it reads.
        condition: SQL over the incoming cells: true where they keep the rules of this
            column; empty if it has none.
        fast_type: Type in which `read_csv` may deliver the one cell of this column when
            it is read by `fast_expression`; `varchar` unless a plain rename.
        fast_expression: `expression` over a cell of `fast_type`, where
            `fast_condition` holds. For one record the read raises, or the condition
            fails, or this yields what `expression` yields and no rule is broken. So a
            file of which every record passes is loaded as the careful way would.
        fast_condition: `condition` over a cell of `fast_type`, and over the value
            itself under the name of the column; null is not true.
    """

    name: str
    sql_type: str
    expression: str
    cells: tuple[int, ...]
    condition: str
    fast_type: str
    fast_expression: str
    fast_condition: str
