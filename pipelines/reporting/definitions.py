"""What each mart of the page says of itself: where links of figures lead to."""

from collections.abc import Iterable

from pipelines.docs.dictionary import anchor
from pipelines.reporting.figure import definition
from pipelines.reporting.markup import Markup, element, join
from pipelines.reporting.reading import Publication


def definitions(publication: Publication, referenced: Iterable[str]) -> Markup:
    """A list of all marts, each with an anchor; figures may name one that is absent."""
    absent = dict.fromkeys(referenced, "Not in this publication.")
    known = {**absent, **META, **publication.descriptions}
    entries = [
        element(
            "div",
            element("dt", relation, id=definition(relation)),
            element("dd", with_code(text or "No description was published.")),
            _estimate(publication, relation),
        )
        for relation, text in sorted(known.items())
    ]
    return element(
        "section",
        element("h2", "Definitions", id="definitions"),
        element(
            "p",
            "What each mart holds, which question it answers, and what it must not be "
            "used for. Every column is in the metric dictionary, which `make docs` "
            "writes beside the reports.",
            class_="muted",
        ),
        element("dl", entries, class_="definitions"),
        aria_labelledby="definitions",
    )


def _estimate(publication: Publication, relation: str) -> Markup | None:
    """How the estimate of a mart is made, as the metric dictionary has it."""
    metric = publication.metrics.get((relation.rpartition(".")[2], "estimate"))
    if metric is None:
        return None
    parts = [
        ("Estimate", metric["formula"]),
        ("Interval", metric["interval_method"]),
        ("Thresholds", metric["threshold_provenance"]),
        ("Source", metric["source"]),
    ]
    text = " ".join(f"{name}: {said}." for name, said in parts if said)
    return element(
        "dd",
        with_code(text),
        " ",
        element("a", "Dictionary", href=f"../docs/metrics.html#{anchor(relation)}"),
    )


def with_code(text: str) -> Markup:
    """Text in which what stands between backticks is code."""
    parts = text.split("`")
    return join(
        element("code", part) if index % 2 else part for index, part in enumerate(parts)
    )


META = {
    "meta.extracts": "One row per feed, source system and status of its extracts. "
    "Answers how many records the files had and what became of them: records in the "
    "file are loaded, rejected or superseded, and nothing else.",
    "meta.rejects": "One row per feed, column and rule, with the number of records of "
    "loaded extracts that did not load. Answers what to correct where. The records "
    "themselves are kept in the home, encrypted.",
    "meta.checks": "One row per data test, comparison of files with tables, and "
    "expected delivery. Answers what was checked before these marts were published.",
    "meta.tables": "One row per mart, with its number of rows and a hash of them.",
}
"""Tables that a publication has beside the marts, and that describe it."""
