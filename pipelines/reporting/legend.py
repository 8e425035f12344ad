"""The key of a figure: each sign of its drawings beside its word, once per figure."""

from pipelines.reporting.markup import Markup, element

SIGNS = {
    "circle": '<circle cx="9" cy="7" r="4.5" fill="var(--blue)"/>',
    "hollow": '<circle cx="9" cy="7" r="4.5" fill="none" stroke="var(--blue)" '
    'stroke-width="1.6"/>',
    "square": '<rect x="5" y="3" width="8" height="8" fill="var(--vermilion)"/>',
    "hollow-square": '<rect x="5" y="3" width="8" height="8" fill="none" '
    'stroke="var(--vermilion)" stroke-width="1.8"/>',
    "blue": '<rect x="2" y="2" width="14" height="10" fill="var(--blue)"/>',
    "hollow-blue": '<rect x="2" y="2" width="14" height="10" fill="none" '
    'stroke="var(--blue)" stroke-width="1.5"/>',
    "triangle": '<path d="M9 2 L14 11.5 L4 11.5 Z" fill="var(--green)"/>',
    "interval": '<path d="M9 0 V14" stroke="var(--blue)" stroke-width="1.8"/>',
    "line": '<path d="M0 7 H18" stroke="var(--blue)" stroke-width="2"/>',
    "band": '<rect x="0" y="2" width="18" height="10" fill="var(--blue)" '
    'opacity="0.25"/><path d="M0 7 H18" stroke="var(--blue)" stroke-width="2"/>',
    "dashed": '<path d="M0 7 H18" stroke="var(--vermilion)" stroke-width="2" '
    'stroke-dasharray="5 3"/><rect x="6.5" y="4.5" width="5" height="5" '
    'fill="var(--vermilion)"/>',
    "threshold": '<path d="M0 7 H18" stroke="var(--ink)" stroke-width="1.4" '
    'stroke-dasharray="4 3"/>',
}
"""How each sign is drawn, on 18 by 14."""

Legend = tuple[tuple[str, str], ...]
"""Names of signs, each with its word."""


def legend_markup(legend: Legend) -> Markup | None:
    """The key as a line of text."""
    if not legend:
        return None
    entries = [
        element("span", Markup(_sign(name)), " ", words, class_="key-entry")
        for name, words in legend
    ]
    return element("p", entries, class_="key")


def _sign(name: str) -> str:
    return (
        '<svg width="18" height="14" viewBox="0 0 18 14" aria-hidden="true">'
        f"{SIGNS[name]}</svg>"
    )
