"""What a section is made of: figures with a drawing, a table and their provenance."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipelines.reporting.legend import Legend, legend_markup
from pipelines.reporting.markup import Markup, data_block, element, join
from pipelines.reporting.numbers import NONE, plain
from pipelines.reporting.reading import Row

Spec = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Args:
        key: Where the value stands in a row.
        shown: Makes the text of it; text stands as it is.
    """

    key: str
    heading: str
    shown: Any = None

    @property
    def is_number(self) -> bool:
        return self.shown is not None

    def cell(self, row: Row, *, is_heading: bool) -> Markup:
        value = row.get(self.key)
        if is_heading:
            return element("th", _text(value), scope="row")
        if self.shown is None:
            return element("td", _text(value))
        exact = None if value is None else plain(value)
        content = element("data", self.shown(value), value=exact)
        return element("td", content, class_="number")


@dataclass(frozen=True)
class Panel:
    """One of the drawings of a figure: the same view of other rows."""

    title: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class Figure:
    """One figure of the page.

    Args:
        figure_id: Anchor, and prefix of the ids within.
        reading: How to read it, in a sentence or two.
        marts: Where its numbers come from, the first of which defines it.
        sample: What n is, in words with numbers.
        spec: A Vega-Lite view without data; None where a table says it all.
        panels: One drawing each; none where the marts have no rows.
        columns: Columns of the table that says the same as the drawing.
        rows: Rows of it.
        empty: What is missing, where there are no rows.
        notes: What else has to be known to read it.
        legend: The signs of the drawings.
        is_table_open: The table is the figure; it needs no opening.
    """

    figure_id: str
    title: str
    reading: str
    marts: tuple[str, ...]
    sample: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    empty: str
    spec: Spec | None = None
    panels: Sequence[Panel] = ()
    notes: Sequence[str] = field(default=())
    legend: Legend = ()
    is_table_open: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.rows

    def markup(self, as_of: str) -> Markup:
        """The figure as HTML, with the data that scripts draw from."""
        if self.is_empty:
            content: Iterable[Markup | None] = [
                element("p", f"Nothing to show: {self.empty}", class_="empty"),
                self._source(as_of, is_empty=True),
            ]
        else:
            content = [
                element("p", self.reading, class_="reading"),
                self._drawings(),
                join(element("p", note, class_="note") for note in self.notes),
                self._source(as_of),
                self._table(),
            ]
        heading = element("h3", self.title, id=f"{self.figure_id}-title")
        return element(
            "figure",
            heading,
            content,
            id=self.figure_id,
            aria_labelledby=f"{self.figure_id}-title",
            class_="is-empty" if self.is_empty else None,
        )

    def _drawings(self) -> Markup | None:
        if self.spec is None:
            return None
        panels = [
            element(
                "div",
                element("h4", panel.title) if panel.title else None,
                element(
                    "div",
                    class_="chart",
                    role="img",
                    aria_label=f"{self.title}{_of(panel.title)}. "
                    "The table below has the same numbers.",
                    data_figure=self.figure_id,
                    data_panel=index,
                ),
                class_="panel",
            )
            for index, panel in enumerate(self.panels)
        ]
        content = {
            "spec": self.spec,
            "panels": [
                [{key: plain(value) for key, value in row.items()} for row in one.rows]
                for one in self.panels
            ],
        }
        size = "panels one" if len(panels) == 1 else "panels"
        block = data_block(f"{self.figure_id}-data", content)
        key = legend_markup(self.legend)
        return join([key, element("div", panels, class_=size), block])

    def _source(self, as_of: str, *, is_empty: bool = False) -> Markup:
        marts = [
            join(
                [", " if index else "", element("a", mart, href=f"#{definition(mart)}")]
            )
            for index, mart in enumerate(self.marts)
        ]
        sample = None if is_empty else f" · n: {self.sample}"
        return element(
            "figcaption", "From ", marts, f" · as of {as_of}", sample, class_="source"
        )

    def _table(self) -> Markup:
        head = element(
            "tr",
            [
                element(
                    "th",
                    one.heading,
                    scope="col",
                    class_="number" if one.is_number else None,
                )
                for one in self.columns
            ],
        )
        body = [
            element(
                "tr",
                [
                    one.cell(row, is_heading=index == 0)
                    for index, one in enumerate(self.columns)
                ],
            )
            for row in self.rows
        ]
        table = element(
            "table",
            element("caption", self.title),
            element("thead", head),
            element("tbody", body),
            data_mart=self.marts[0],
        )
        scroller = element(
            "div",
            table,
            class_="scroller open" if self.is_table_open else "scroller",
            tabindex=0,
            role="region",
            aria_label=f"Table: {self.title}",
        )
        if self.is_table_open:
            return scroller
        rows = f"{len(self.rows):,} rows"
        return element("details", element("summary", f"Table ({rows})"), scroller)


def definition(mart: str) -> str:
    """The anchor of what a mart says of itself."""
    return f"mart-{mart.replace('.', '-')}"


def _of(title: str) -> str:
    return f", {title}" if title else ""


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return NONE if value is None else str(value)
