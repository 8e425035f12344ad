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
        text_expression: SQL over the incoming cells that yields what `expression`
            yields, and raises wherever a rule of this column is broken.
        fast_type: Type in which `read_csv` may deliver the one cell of this column when
            it is read by `fast_expression`; `varchar` unless a plain rename.
        fast_expression: `text_expression` over a cell of `fast_type`. For one record
            the read or this either raises, or yields what `expression` yields where no
            rule is broken. So a file that passes whole loaded as the careful way would.
    """

    name: str
    sql_type: str
    expression: str
    cells: tuple[int, ...]
    text_expression: str
    fast_type: str
    fast_expression: str
