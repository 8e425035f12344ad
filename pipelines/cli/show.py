"""How things look on a terminal: tables, panels, errors and refusals.

Nothing is computed here. Text from files is escaped, so that it cannot pose as markup.
"""

from collections.abc import Iterable, Sequence

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from pipelines.errors import FitmartError
from pipelines.publishing.outcome import Refusal

SHOWN = 10
PIPED_WIDTH = 500
"""Columns of output that goes to a file: no id or path is broken across lines."""


def console() -> Console:
    """Where results go."""
    return _console(is_for_errors=False)


def errors() -> Console:
    """Where complaints go."""
    return _console(is_for_errors=True)


def _console(*, is_for_errors: bool) -> Console:
    made = Console(stderr=is_for_errors, highlight=False)
    if not made.is_terminal:
        made.width = PIPED_WIDTH
    return made


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A plain table; numbers stand to the right.

    The first column is what a person copies, an id often: it is never broken.
    """
    shown = [list(row) for row in rows]
    built = Table(box=None, pad_edge=False, header_style="bold")
    for index, heading in enumerate(headings):
        is_number = bool(shown) and all(
            isinstance(row[index], int | float) for row in shown
        )
        built.add_column(
            heading,
            justify="right" if is_number else "left",
            overflow="fold",
            no_wrap=index == 0,
            min_width=_longest(shown) if index == 0 else None,
        )
    for row in shown:
        built.add_row(*(_cell(value) for value in row))
    return built


def show_error(error: FitmartError, title: str = "fitmart stopped") -> None:
    """One panel: what is wrong, where, by which rule, and what to do."""
    parts = {name: value for name, value in error.parts.items() if value}
    lines = Table.grid(padding=(0, 2))
    lines.add_column(style="bold")
    lines.add_column(overflow="fold")
    for name, value in parts.items():
        lines.add_row(name, escape(value))
    plain = Text("\n".join(f"{name:<8} {value}" for name, value in parts.items()))
    _print_panel(lines, title, plain)


def show_refusals(refusals: Sequence[Refusal]) -> None:
    """Why nothing was published: which checks, which rows, and what to do."""
    parts: list[Text] = []
    for refusal in refusals[:SHOWN]:
        parts.append(Text(refusal.check, style="bold red"))
        parts.append(Text(f"  {refusal.problem}"))
        parts += [Text(f"  · {example}", style="dim") for example in refusal.examples]
        parts.append(Text(f"  → {refusal.remedy}", style="green"))
    if len(refusals) > SHOWN:
        parts.append(Text(f"and {len(refusals) - SHOWN} more: fitmart status"))
    _print_panel(Group(*parts), "Not published: the last publication stays")


def _print_panel(
    content: RenderableType, title: str, plain: RenderableType | None = None
) -> None:
    """A frame on a terminal; in a file or a log it would only be in the way."""
    out = errors()
    if out.is_terminal:
        out.print(Panel(content, title=title, border_style="red"))
    else:
        out.print(f"{title}:", markup=False)
        out.print(plain or content, soft_wrap=True)


def _longest(rows: Sequence[Sequence[object]]) -> int:
    return max((len(_cell(row[0])) for row in rows), default=0)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return escape(str(value))
