"""The first screen: what is true of each segment, how sure that is, and what to do."""

from collections import defaultdict
from collections.abc import Set as AbstractSet

from pipelines.reporting.figure import definition
from pipelines.reporting.markup import Markup, element, join
from pipelines.reporting.numbers import count, interval, percent, ratio
from pipelines.reporting.reading import UNKNOWN, WHOLE, Publication, Row
from pipelines.reporting.verdicts import (
    SIGNS,
    Verdict,
    current_verdicts,
    unbroken,
    verdict_marts,
)

Cells = dict[str, dict[str, Verdict]]
"""Verdicts by mart and segment."""

FIT = "verdicts.verdict_fit_by_segment"

GATES = ("verdicts.verdict_scale_readiness",)
"""Claims that rest on several criteria alike: none of their numbers stands for them."""


def headline(publication: Publication) -> Markup | None:
    """One sentence: which segments confirm fit, which do not, which are open."""
    if FIT not in verdict_marts(publication):
        return None
    names = publication.segment_names
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for one in current_verdicts(publication, FIT, "Fit"):
        if one.segment_id in names and one.segment_id not in (WHOLE, UNKNOWN):
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
        ("plain", "a finding that is neither."),
    ]
    return element(
        "p",
        [
            join([element("span", sign, class_=f"verdict {tone}"), f"{words}   "])
            for tone, words in entries
            for sign in [SIGNS[tone]]  # type: ignore[index]
        ],
        "Below each: what it rests on first, with its 95 % interval and n.",
        class_="legend",
    )


def _matrix(publication: Publication, marts: dict[str, str], cells: Cells) -> Markup:
    shown = [mart for mart in marts if cells[mart].keys() - {WHOLE}]
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
            [
                _cell(publication, cells[mart].get(segment), marts[mart])
                for mart in shown
            ],
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
    return join([table, _company(cells, marts.keys() - set(shown)), note])


def _company(cells: Cells, marts: AbstractSet[str]) -> list[Markup]:
    """Claims that are made of the company alone, as sentences."""
    lines = []
    for mart in cells:
        verdict = cells[mart].get(WHOLE)
        if mart not in marts or verdict is None:
            continue
        lines.append(
            element(
                "p",
                element("a", verdict.claim, href=f"#{definition(mart)}"),
                " (company): ",
                element(
                    "span", unbroken(verdict.words), class_=f"verdict {verdict.tone}"
                ),
                " ",
                verdict.reason,
                class_="company",
                data_segment=WHOLE,
                data_mart=mart,
                data_verdict=verdict.verdict,
            )
        )
    return lines


def _cell(publication: Publication, verdict: Verdict | None, claim: str) -> Markup:
    if verdict is None:
        return element("td", data_claim=claim, class_="none")
    details = [*_estimate(publication, verdict)]
    if verdict.tone == "open" and verdict.need:
        details.append(f"needs {verdict.need.replace(' more ', ' ')}")
    return element(
        "td",
        element(
            "span",
            unbroken(verdict.words),
            class_=f"verdict {verdict.tone}",
            title=verdict.reason or None,
        ),
        [element("span", text, class_="detail") for text in details],
        data_claim=claim,
        data_segment=verdict.segment_id,
        data_mart=verdict.mart,
        data_verdict=verdict.verdict,
    )


def _estimate(publication: Publication, verdict: Verdict) -> list[str]:
    """The estimate of the verdict; where its mart has none, its first evidence."""
    if verdict.mart in GATES:
        return []
    known = [one for one in verdict.evidence if one.get("estimate") is not None]
    first = verdict.estimate if verdict.has_estimate else next(iter(known), None)
    return _told(publication, first) if first else []


def _told(publication: Publication, item: Row) -> list[str]:
    """Estimate with its interval, and the sample, as two lines."""
    is_share = publication.unit(item["mart"], item["column"]) == "share"
    shown = percent if is_share else ratio
    parts = [shown(item["estimate"])]
    if item.get("ci_low") is not None or item.get("ci_high") is not None:
        bounds = interval(item.get("ci_low"), item.get("ci_high"), shown)
        parts.append(f"({bounds.removesuffix(' %')})")
    sample = item.get("n") if item.get("n") is not None else item.get("denominator")
    line = " ".join(parts)
    return [line] if sample is None else [line, f"n {count(sample)}"]


def _needs(publication: Publication, cells: Cells) -> Markup | None:
    names = publication.segment_names
    groups = [
        element(
            "div",
            element("h4", name),
            element("ul", [_need(one) for one in open_ones], class_="needs"),
        )
        for segment, name in names.items()
        if segment != UNKNOWN
        and (
            open_ones := [
                one
                for by_segment in cells.values()
                if (one := by_segment.get(segment))
                and one.tone == "open"
                and (segment == WHOLE or one.verdict != "refused")
            ]
        )
    ]
    if not groups:
        return None
    return join(
        [
            element("h3", "What is undetermined, and what it would take"),
            element("div", groups, class_="columns"),
        ]
    )


def _need(verdict: Verdict) -> Markup:
    return element(
        "li",
        element("strong", f"{verdict.claim}: "),
        verdict.reason,
        f" It would take {verdict.need}." if verdict.need else None,
    )
