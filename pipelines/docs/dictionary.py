"""The metric dictionary: one page that says what every number of the marts means.

It is rendered from the publication that readers have, from `core.dim_metrics`, and
loads nothing: styles and the filter stand in the page. Other pages point into it by
`anchor`.
"""

import re
from dataclasses import dataclass, fields
from html import escape
from itertools import groupby
from pathlib import Path

import duckdb

from pipelines.docs.place import put
from pipelines.errors import FitmartError
from pipelines.project import Home
from pipelines.publishing.meta import PublicationHeader, read_header
from pipelines.publishing.verify import READ_ONLY_CONFIG

PARTS = Path(__file__).parent
HEADINGS = ("column", "meaning", "formula", "unit", "interval", "thresholds")
"""What the page says of each metric; of each mart, it says grain, source and feeds."""


@dataclass(frozen=True)
class Metric:
    """A row of `core.dim_metrics`; its fields are columns."""

    schema_name: str
    model_name: str
    column_name: str
    metric_name: str
    meaning: str
    formula: str | None
    grain: str
    unit: str | None
    interval_method: str | None
    threshold_provenance: str | None
    source: str | None
    feeds: str | None


def anchor(mart: str, column: str | None = None) -> str:
    """Where `metrics.html` explains a mart, or one of its columns.

    Args:
        mart: The mart, with its schema or without.
    """
    name = mart.rpartition(".")[2]
    return f"{name}.{column}" if column else name


def write_dictionary(home: Home) -> Path:
    """Render the dictionary of the current publication, and where it is.

    Raises:
        FitmartError: Nothing is published, or by a fitmart that had no dictionary.
    """
    header = read_header(home.current)
    page = render(header, read_metrics(home.current), read_marts(home.current))
    file = home.metric_dictionary
    put(file, page.encode())
    return file


def read_metrics(publication: Path) -> list[Metric]:
    """Every metric of a publication, by schema, mart and position.

    Raises:
        FitmartError: The publication has no dictionary.
    """
    names = ", ".join(field.name for field in fields(Metric))
    try:
        with _opened(publication) as connection:
            rows = connection.execute(
                f"select {names} from core.dim_metrics"
                " order by schema_name, model_name, column_number"
            ).fetchall()
    except duckdb.CatalogException as error:
        raise FitmartError(
            "this publication has no core.dim_metrics",
            file=str(publication),
            rule="publication_has_a_dictionary",
            remedy="Publish once more: make run.",
        ) from error
    return [Metric(*row) for row in rows]


def read_marts(publication: Path) -> dict[str, str]:
    """What each mart of a publication answers, by its name without schema."""
    with _opened(publication) as connection:
        return dict(
            connection.execute(
                "select table_name, description from meta.tables"
            ).fetchall()
        )


def render(
    header: PublicationHeader, metrics: list[Metric], marts: dict[str, str]
) -> str:
    """The page, with every text of the publication escaped."""
    by_schema = [
        (schema, [list(of_mart) for _, of_mart in groupby(of_schema, _mart)])
        for schema, of_schema in groupby(metrics, lambda metric: metric.schema_name)
    ]
    contents = "".join(
        f"<li>{escape(schema)}<ul>"
        + "".join(
            f'<li><a href="#{anchor(one[0].model_name)}">{escape(_mart(one[0]))}</a>'
            for one in of_schema
        )
        + "</ul>"
        for schema, of_schema in by_schema
    )
    sections = "".join(
        _section(one, marts.get(_mart(one[0]), ""))
        for _, of_schema in by_schema
        for one in of_schema
    )
    parts = {
        "style": (PARTS / "dictionary.css").read_text("utf-8"),
        "script": (PARTS / "dictionary.js").read_text("utf-8"),
        "as_of": escape(header.as_of.isoformat()),
        "publication": escape(header.publication_id),
        "count": str(len(metrics)),
        "contents": contents,
        "sections": sections,
    }
    page = (PARTS / "dictionary.html").read_text("utf-8")
    # At once, so that braces within what is put in are left alone.
    return re.sub(r"\{(\w+)\}", lambda place: parts[place[1]], page)


def _mart(metric: Metric) -> str:
    return metric.model_name


def _section(metrics: list[Metric], description: str) -> str:
    """One mart: what it answers, where its numbers come from, and its metrics."""
    first = metrics[0]
    sources = dict.fromkeys(metric.source for metric in metrics if metric.source)
    headings = "".join(f'<th scope="col">{heading}' for heading in HEADINGS)
    rows = "".join(_row(metric) for metric in metrics)
    return (
        f'<section id="{escape(anchor(first.model_name))}">'
        f"<h2>{escape(first.schema_name)}.<wbr>{escape(first.model_name)}</h2>"
        f"<p>{escape(description or first.grain)}"
        f"<dl><dt>Source<dd>{escape('; '.join(sources))}"
        f"<dt>Feeds<dd>{escape(first.feeds or 'seeds only')}</dl>"
        f"<div class=scroll><table><thead><tr>{headings}<tbody>{rows}</table></div>"
        "</section>"
    )


def _row(metric: Metric) -> str:
    place = escape(anchor(metric.model_name, metric.column_name))
    cells = (
        metric.meaning,
        metric.formula,
        metric.unit,
        metric.interval_method,
        metric.threshold_provenance,
    )
    name = metric.metric_name
    called = "" if name == metric.column_name.replace("_", " ") else name
    return (
        f'<tr id="{place}"><th scope="row"><a href="#{place}">'
        f"{escape(metric.column_name)}</a><small>{escape(called)}</small>"
        + "".join(f"<td>{escape(cell or '')}" for cell in cells)
    )


def _opened(publication: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(
        str(publication), read_only=True, config=dict(READ_ONLY_CONFIG)
    )
