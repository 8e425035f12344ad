"""The verdicts of a publication, read alike whichever mart says them.

All verdict marts share a few columns; a mart that a later version adds is read, and
shown under its own name, without a change here.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pipelines.reporting.reading import Publication, Row, label

SHARED = frozenset(
    {
        "segment_id",
        "verdict",
        "reason",
        "needed_count",
        "needed_unit",
        "evidence",
        "thresholds",
        "is_current",
        "as_of_date",
    }
)
"""Columns by which a mart is known to say verdicts."""

ESTIMATE = frozenset({"estimate", "ci_low", "ci_high", "n_effective"})

CLAIMS: Mapping[str, str] = {
    "verdict_fit_by_segment": "Fit",
    "verdict_fit_sales_quadrant": "Fit and sales",
    "verdict_scale_readiness": "Ready to scale",
    "verdict_surge_and_fade": "Surges",
    "verdict_longevity": "Longevity",
    "verdict_word_of_mouth": "Word of mouth",
    "verdict_feedback_loop": "Feedback",
    "verdict_release_impact": "Releases",
    "verdict_investment_balance": "Balance",
    "verdict_lead_lag": "Lead and lag",
}
"""What the claim of a mart is called, in the order of the page."""

Tone = Literal["good", "bad", "open", "plain"]

TONES: Mapping[str, Tone] = {
    "above": "good",
    "scale": "good",
    "ready": "good",
    "held": "good",
    "confirmed": "good",
    "stays_longer": "good",
    "growing": "good",
    "answered": "good",
    "below": "bad",
    "surge_risk": "bad",
    "surge_without_fit": "bad",
    "rework_or_exit": "bad",
    "not_ready": "bad",
    "stays_shorter": "bad",
    "shrinking": "bad",
    "undetermined": "open",
    "insufficient": "open",
    "pending": "open",
    "seasonal": "open",
    "refused": "open",
}
"""How a word of a verdict is to be taken; other words are told without a judgement."""

SIGNS: Mapping[Tone, str] = {"good": "▲", "bad": "▼", "open": "?", "plain": "●"}


@dataclass(frozen=True)
class Verdict:
    """The row of a verdict mart that speaks for a segment now.

    Args:
        evidence: What it rests on, each piece a row of a published mart.
        estimate: The estimate of the row itself, where there is one.
        has_estimate: The mart has estimates, though this row may have none.
    """

    mart: str
    claim: str
    segment_id: str
    verdict: str
    reason: str
    needed_count: int | None
    needed_unit: str | None
    evidence: tuple[Row, ...]
    thresholds: tuple[Row, ...]
    estimate: Row | None = None
    has_estimate: bool = False

    @property
    def tone(self) -> Tone:
        return TONES.get(self.verdict, "plain")

    @property
    def words(self) -> str:
        """The verdict with its sign, for eyes that do not see colours."""
        return in_words(self.verdict)

    @property
    def need(self) -> str | None:
        """What it would take to decide."""
        if self.needed_count is None:
            return None
        return f"{self.needed_count:,} more {self.needed_unit or 'observations'}"


def verdict_marts(publication: Publication) -> dict[str, str]:
    """Marts that say verdicts, with what their claim is called, in order."""
    known = {
        relation: CLAIMS.get(name, label(name.removeprefix("verdict_")))
        for relation, columns in publication.columns.items()
        # Marts of parts, such as criteria, say several things of a segment.
        if relation.startswith("verdicts.")
        and columns >= SHARED
        and "__" not in relation
        for name in [relation.removeprefix("verdicts.")]
    }
    order = list(CLAIMS.values())
    return dict(
        sorted(
            known.items(),
            key=lambda item: (
                order.index(item[1]) if item[1] in order else len(order),
                item[0],
            ),
        )
    )


def current_verdicts(publication: Publication, mart: str, claim: str) -> list[Verdict]:
    """The current row of each segment."""
    has_estimate = publication.columns[mart] >= ESTIMATE
    rows = publication.rows(
        f"select * from {mart} where is_current order by segment_id"
    )
    return [
        Verdict(
            mart=mart,
            claim=claim,
            segment_id=row["segment_id"],
            verdict=row["verdict"],
            reason=sentence(row["reason"]),
            needed_count=row["needed_count"],
            needed_unit=row["needed_unit"],
            evidence=_objects(row["evidence"]),
            thresholds=_objects(row["thresholds"]),
            estimate=_estimate(mart, row) if has_estimate else None,
            has_estimate=has_estimate,
        )
        for row in rows
    ]


def in_words(verdict: str) -> str:
    """A verdict with its sign."""
    return f"{SIGNS[TONES.get(verdict, 'plain')]} {verdict.replace('_', ' ')}"


def unbroken(words: str) -> str:
    """The same, with its sign and first word never on two lines."""
    return words.replace(" ", "\u00a0", 1)


def sentence(text: str | None) -> str:
    """A reason as a sentence, whoever wrote it."""
    if not text:
        return ""
    whole = text[0].upper() + text[1:]
    return whole if whole.endswith((".", "!", "?")) else f"{whole}."


def _estimate(mart: str, row: Row) -> Row | None:
    """The estimate of a verdict in the form of a piece of evidence."""
    if row["estimate"] is None:
        return None
    return {
        "mart": mart,
        "column": "estimate",
        "n": row["n_effective"],
        **{key: row[key] for key in ("estimate", "ci_low", "ci_high")},
    }


def _objects(text: str | None) -> tuple[Row, ...]:
    entries: list[Any] = json.loads(text) if text else []
    return tuple(entry for entry in entries if isinstance(entry, dict))
