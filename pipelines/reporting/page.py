"""Puts the page together: head, sections, definitions, and the scripts that draw.

`render` is all that the rest of fitmart calls. The page reads nothing but a publication
file, and whoever opens it loads nothing from anywhere.
"""

from pathlib import Path

from pipelines.reporting import charts, javascript
from pipelines.reporting.definitions import definitions
from pipelines.reporting.markup import Markup, data_block, element, join
from pipelines.reporting.reading import Publication, opened
from pipelines.reporting.sections import SECTIONS
from pipelines.reporting.summary import headline, summary


def render(file: Path) -> bytes:
    """The page of a publication, as UTF-8.

    Raises:
        FitmartError: The file is not a publication.
    """
    with opened(file) as publication:
        return page(publication).encode()


def page(publication: Publication) -> str:
    """The whole page as text."""
    as_of = publication.header.as_of.isoformat()
    read = [(section, section.read(publication)) for section in SECTIONS]
    marts = {mart for _, figures in read for one in figures for mart in one.marts}
    library, own = javascript.library(), javascript.own()
    body = element(
        "body",
        element("a", "Skip to the verdicts", href="#verdicts", class_="skip"),
        _header(publication),
        _contents(),
        element(
            "main",
            summary(publication),
            [section.markup(figures, as_of) for section, figures in read],
            definitions(publication, marts),
        ),
        _footer(publication),
        data_block("chart-config", charts.CONFIG),
        element("script", Markup(library), type="module"),
        element("script", Markup(own), type="module"),
    )
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element(
            "meta", http_equiv="Content-Security-Policy", content=_policy(library, own)
        ),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", f"fitmart report, as of {as_of}"),
        element("style", Markup(javascript.style())),
    )
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _policy(*scripts: str) -> str:
    """Only these scripts run, and nothing is loaded: text from data can do neither."""
    hashes = " ".join(f"'{javascript.content_hash(script)}'" for script in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _header(publication: Publication) -> Markup:
    header = publication.header
    return element(
        "header",
        element("h1", "Do our sales confirm product-market fit?"),
        element(
            "p",
            f"As of {header.as_of} (nothing from that day on was read) · "
            f"amounts in {header.reporting_currency} · publication ",
            element("code", header.publication_id),
            class_="muted",
        ),
        headline(publication),
    )


def _contents() -> Markup:
    entries = [
        ("verdicts", "Verdicts"),
        *((section.section_id, section.title) for section in SECTIONS),
        ("definitions", "Definitions"),
    ]
    links = [
        element("li", element("a", title, href=f"#{anchor}"))
        for anchor, title in entries
    ]
    return element("nav", element("ul", links), aria_label="Sections")


def _footer(publication: Publication) -> Markup:
    header = publication.header
    return element(
        "footer",
        join(
            [
                f"Made from marts/{header.publication_id}.duckdb by fitmart, code ",
                element("code", header.code_version),
                f", run {header.run_id}, on {header.created_at:%Y-%m-%d %H:%M} UTC. "
                "Intervals are 95 % intervals. A verdict is given only where the "
                "interval lies wholly on one side of its threshold.",
            ]
        ),
    )
