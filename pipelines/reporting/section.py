"""A part of the page: its heading, what it is about, and what reads its figures."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pipelines.reporting.figure import Figure
from pipelines.reporting.markup import Markup, element
from pipelines.reporting.reading import Publication


@dataclass(frozen=True)
class Section:
    """One section, before anything is read.

    Args:
        section_id: Its anchor.
        claim: What it is there to show, and how far it can be trusted.
        read: Reads the figures from a publication.
    """

    section_id: str
    title: str
    claim: str
    read: Callable[[Publication], list[Figure]]

    def markup(self, figures: Iterable[Figure], as_of: str) -> Markup:
        """The section with what was read; a figure without rows says so."""
        return element(
            "section",
            element("h2", self.title, id=self.section_id),
            element("p", self.claim, class_="muted"),
            [figure.markup(as_of) for figure in figures],
            aria_labelledby=self.section_id,
        )
