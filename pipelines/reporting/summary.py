"""The first screen: what is true of each segment, how sure that is, and what to do."""

from collections import defaultdict

from pipelines.reporting.figure import definition
from pipelines.reporting.markup import Markup, element, join
from pipelines.reporting.numbers import count, interval, percent, ratio
from pipelines.reporting.reading import WHOLE, Publication, Row
from pipelines.reporting.verdicts import (
    SIGNS,
    Verdict,
    current_verdicts,
    verdict_marts,
)

Cells = dict[str, dict[str, Verdict]]
"""Verdicts by mart and segment."""

FIT = "verdicts.verdict_fit_by_segment"


def headline(publication: Publication) -> Markup | None:
    """One sentence: which segments confirm fit, which do not, which are open."""
    if FIT not in verdict_marts(publication):
        return None
    names = publication.segment_names
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for one in current_verdicts(publication, FIT, "Fit"):
        if one.segment_id in names and one.segment_id not in (WHOLE, "unknown"):
            groups[one.tone].append(names[one.segment_id])
    parts = [
        f"{len(groups[tone])} {words} ({', '.join(groups[tone])})"
        for tone, words in (
            ("good", "with fit confirmed"),
            ("bad", "with fit ruled out"),
            ("open", "undetermined"),
        )
        if groups[tone]
    ]
    segments = sum(len(members) for members in groups.values())
    if not parts:
        return None
    text = f"Of {segments} segments: {'; '.join(parts)}."
    return element("p", element("strong", text), class_="headline")


def summary(publication: Publication) -> Markup:
    """The verdicts of each segment, and what would decide those that are open."""
    marts = verdict_marts(publication)
    cells = {
        mart: {
            one.segment_id: one for one in current_verdicts(publication, mart, claim)
        }
        for mart, claim in marts.items()
    }
    if any(cells.values()):
        content = join(
            [_legend(), _matrix(publication, marts, cells), _needs(publication, cells)]
        )
    else:
        content = element(
            "p",
            "This publication holds no verdicts. The figures below say what is known.",
            class_="empty",
        )
    return element(
        "section",
        element("h2", "Verdicts", id="verdicts", tabindex=-1),
        content,
        aria_labelledby="verdicts",
    )


def _legend() -> Markup:
    entries = [
        ("good", "in favour"),
        ("bad", "against"),
        ("open", "not decided: the interval does not allow it"),
        ("plain", "a finding that is neither"),
    ]
    return element(
        "p",
        [
            join([element("span", sign, class_=f"verdict {tone}"), f"{words}   "])
            for tone, words in entries
            for sign in [SIGNS[tone]]  # type: ignore[index]
        ],
        "Below each: the estimate it rests on first, its 95 % interval and n.",
        class_="legend",
    )


def _matrix(publication: Publication, marts: dict[str, str], cells: Cells) -> Markup:
    shown = [mart for mart in marts if cells[mart]]
    names = publication.segment_names
    head = element(
        "tr",
        element("th", "Segment", scope="col"),
        [
            element(
                "th",
                element("a", marts[mart], href=f"#{definition(mart)}"),
                scope="col",
            )
            for mart in shown
        ],
    )
    rows = [
        element(
            "tr",
            element("th", name, scope="row"),
            [_cell(cells[mart].get(segment), marts[mart]) for mart in shown],
        )
        for segment, name in names.items()
        if any(segment in cells[mart] for mart in shown)
    ]
    left_out = publication.segments_left_out
    note = (
        element(
            "p",
            f"{left_out} smaller segments are not shown; the marts have them all.",
            class_="note",
        )
        if left_out
        else None
    )
    table = element(
        "table",
        element("caption", "What holds for each segment now"),
        element("thead", head),
        element("tbody", rows),
        class_="matrix",
    )
    return join([table, note])


def _cell(verdict: Verdict | None, claim: str) -> Markup:
    if verdict is None:
        return element("td", data_claim=claim, class_="none")
    details = [_estimate(verdict)]
    if verdict.tone == "open" and verdict.need:
        details.append(f"needs {verdict.need}")
    return element(
        "td",
        element(
            "span",
            verdict.words,
            class_=f"verdict {verdict.tone}",
            title=verdict.reason or None,
        ),
        [element("span", text, class_="detail") for text in details if text],
        data_claim=claim,
        data_segment=verdict.segment_id,
        data_mart=verdict.mart,
        data_verdict=verdict.verdict,
    )


def _estimate(verdict: Verdict) -> str | None:
    """The first piece of evidence that has a number, as text."""
    first = next(
        (one for one in verdict.evidence if one.get("estimate") is not None), None
    )
    return evidence_text(first) if first else None


def evidence_text(item: Row) -> str:
    """Estimate, interval and sample of one piece of evidence."""
    shown = percent if is_share(item) else ratio
    parts = [shown(item["estimate"])]
    if item.get("ci_low") is not None or item.get("ci_high") is not None:
        bounds = interval(item.get("ci_low"), item.get("ci_high"), shown)
        parts.append(f"({bounds})")
    sample = item.get("n") if item.get("n") is not None else item.get("denominator")
    if sample is not None:
        parts.append(f"n {count(sample)}")
    return " ".join(parts)


def is_share(item: Row) -> bool:
    """Whether a number is a share of its denominator and not a ratio or an amount."""
    values = [item.get(key) for key in ("estimate", "ci_low", "ci_high")]
    known = [float(value) for value in values if value is not None]
    column = str(item.get("column", ""))
    is_ratio = any(word in column for word in ("ratio", "amount", "count", "months"))
    return bool(known) and all(0 <= value <= 1 for value in known) and not is_ratio


def _needs(publication: Publication, cells: Cells) -> Markup | None:
    names = publication.segment_names
    entries = [
        element(
            "li",
            element("strong", f"{names[one.segment_id]}, {one.claim.lower()}: "),
            one.reason,
            f" It would take {one.need}." if one.need else None,
        )
        for by_segment in cells.values()
        for segment in names
        if (one := by_segment.get(segment)) and one.tone == "open"
    ]
    if not entries:
        return None
    return join(
        [
            element("h3", "What is undetermined, and what it would take"),
            element("ul", entries, class_="needs"),
        ]
    )
