"""One verdict followed down to the rows that it rests on, as the publication has them.

`cli/explain.py` prints it. Every piece of evidence is read back from its mart, so that
what is shown is what stands there, and not what the verdict remembers of it.
"""

from dataclasses import dataclass

import duckdb

from pipelines.errors import FitmartError
from pipelines.reporting.reading import Publication, Row, label
from pipelines.reporting.verdicts import Verdict, current_verdicts, verdict_marts

SHOWN = ("estimate", "ci_low", "ci_high", "numerator", "denominator")
TOLERANCE = 1e-9


@dataclass(frozen=True)
class Evidence:
    """One piece of evidence, and the row that it was read from.

    Args:
        said: What the verdict has of it.
        row: What stands in the mart.
        query: What reads it back.
    """

    said: Row
    row: Row
    query: str

    @property
    def name(self) -> str:
        return str(self.said.get("name", ""))

    @property
    def agrees(self) -> bool:
        """Whether the mart says what the verdict says."""
        said, there = self.said.get("estimate"), self.row.get("value")
        if said is None or there is None:
            return said is None and there is None
        return abs(float(said) - float(there)) <= TOLERANCE * max(1, abs(float(said)))

    def value(self, key: str) -> float | None:
        """A number of the row, else what the verdict has of it."""
        known = self.row.get(key)
        return known if known is not None else self.said.get(key)


@dataclass(frozen=True)
class Explanation:
    """A verdict with all that it rests on."""

    verdict: Verdict
    segment_name: str
    evidence: tuple[Evidence, ...]


def explain(publication: Publication, claim: str, segment: str) -> Explanation:
    """Follow the current verdict of a segment down to its numerators.

    Args:
        publication: Where it is read from.
        claim: A verdict mart, with or without schema and `verdict_`, or its claim.
        segment: Id or name of a segment; `all` for the total.

    Raises:
        FitmartError: There is no such verdict or segment, with those that there are.
    """
    mart, title = _mart(publication, claim)
    names = _names(publication)
    known = {name.casefold(): key for key, name in names.items()}
    segment_id = segment if segment in names else known.get(segment.casefold(), segment)
    verdicts = {
        one.segment_id: one for one in current_verdicts(publication, mart, title)
    }
    if segment_id not in verdicts:
        raise FitmartError(
            f"{mart} says nothing of a segment {segment}",
            where=mart,
            rule="segment_has_a_verdict",
            remedy=f"Take one of: {', '.join(verdicts) or 'none yet'}.",
        )
    verdict = verdicts[segment_id]
    return Explanation(
        verdict,
        names.get(segment_id, segment_id),
        tuple(_followed(publication, item) for item in verdict.evidence),
    )


def _mart(publication: Publication, claim: str) -> tuple[str, str]:
    marts = verdict_marts(publication)
    wanted = claim.casefold().replace(" ", "_").replace("-", "_")
    for mart, title in marts.items():
        name = mart.removeprefix("verdicts.")
        known = (mart, name, name.removeprefix("verdict_"), title.casefold())
        if wanted in {one.replace(" ", "_") for one in known}:
            return mart, title
    names = (mart.removeprefix("verdicts.verdict_") for mart in marts)
    raise FitmartError(
        f"there is no verdict {claim}",
        rule="verdict_exists",
        remedy=f"Take one of: {', '.join(names) or 'none: run fitmart first'}.",
    )


def _names(publication: Publication) -> dict[str, str]:
    """All segments, also those that the page does not draw."""
    if not publication.has("core.dim_segments"):
        return {}
    rows = publication.rows(
        "select segment_id, coalesce(segment_name, segment_id) as segment_name "
        "from core.dim_segments order by segment_id"
    )
    return {row["segment_id"]: label(row["segment_name"]) for row in rows}


def _followed(publication: Publication, item: Row) -> Evidence:
    mart, column = str(item["mart"]), str(item["column"])
    columns = publication.columns.get(mart, frozenset())
    wanted = [key for key in SHOWN if key in columns]
    query = f"select {column} from {mart} where {item['filter']}"
    if column not in columns:
        return Evidence(item, {}, query)
    listed = ", ".join([f'"{column}" as value', *wanted])
    try:
        # Read-only, without access to files, and its settings cannot be changed.
        rows = publication.rows(f"select {listed} from {mart} where {item['filter']}")
    except duckdb.Error:
        rows = []
    return Evidence(item, rows[0] if len(rows) == 1 else {}, query)
