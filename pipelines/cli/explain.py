"""`fitmart explain`: why a verdict is what it is, down to the numerators."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from pipelines.reporting.explain import Evidence, Explanation
    from pipelines.reporting.reading import Publication

Claim = Annotated[
    str, typer.Argument(metavar="VERDICT", help="Such as fit_by_segment, or its mart.")
]
Segment = Annotated[
    str, typer.Argument(metavar="SEGMENT", help="Id or name; `all` for the total.")
]


def explain(claim: Claim, segment: Segment) -> None:
    """Show a verdict of what readers see, its thresholds, and all that it rests on.

    Example: fitmart explain fit_by_segment dental_practices
    """
    from pipelines.cli.options import settings_of_home
    from pipelines.cli.show import console
    from pipelines.errors import FitmartError
    from pipelines.reporting.explain import explain as explained
    from pipelines.reporting.reading import opened

    home = settings_of_home().home
    if not home.current.exists():
        raise FitmartError(
            "nothing is published yet",
            file=str(home.current),
            rule="something_is_published",
            remedy="Run `fitmart run` first.",
        )
    out = console()
    with opened(home.current) as publication:
        found = explained(publication, claim, segment)
        _show_verdict(out, publication, found)
        _show_evidence(out, found.evidence)
        _show_thresholds(out, found)
        different = [one for one in found.evidence if not one.agrees]
    if different:
        raise FitmartError(
            f"{different[0].name} is not in its mart as the verdict has it",
            where=different[0].query,
            rule="evidence_is_in_its_mart",
            remedy="Roll back to another publication and report this.",
        )


def _show_verdict(
    out: "Console", publication: "Publication", found: "Explanation"
) -> None:
    verdict, header = found.verdict, publication.header
    out.print(f"{verdict.claim} of {found.segment_name}", style="bold", markup=False)
    out.print(
        f"as of {header.as_of}, {verdict.mart} of {header.publication_id}",
        markup=False,
        soft_wrap=True,
    )
    out.print()
    out.print(verdict.words, style="bold", markup=False)
    out.print(verdict.reason, markup=False, soft_wrap=True)
    if verdict.need:
        out.print(f"It would take {verdict.need}.", markup=False)


def _show_evidence(out: "Console", evidence: "tuple[Evidence, ...]") -> None:
    from pipelines.cli.show import table

    out.print()
    if not evidence:
        out.print("It rests on no number: nothing is known yet.")
        return
    headings = ["evidence", "value", "95 % interval", "numerator", "denominator", "n"]
    out.print(table(headings, [_cells(one) for one in evidence]))
    out.print()
    out.print("Read back with:")
    for one in evidence:
        out.print(f"  {one.query}", markup=False, soft_wrap=True)


def _cells(one: "Evidence") -> tuple[object, ...]:
    from pipelines.reporting.numbers import interval

    return (
        one.name,
        _number(one.row.get("value", one.said.get("estimate"))),
        interval(one.said.get("ci_low"), one.said.get("ci_high"), _number),
        _number(one.value("numerator")),
        _number(one.value("denominator")),
        _number(one.said.get("n")),
    )


def _show_thresholds(out: "Console", found: "Explanation") -> None:
    from pipelines.cli.show import table

    rows = [
        [row.get(key) for key in ("threshold_id", "value", "unit", "kind")]
        + [f"{row.get('provenance')}. {row.get('evidence')}."]
        for row in found.verdict.thresholds
    ]
    if rows:
        out.print()
        headings = ["threshold", "value", "unit", "kind", "where it comes from"]
        out.print(table(headings, rows))


def _number(value: object) -> str:
    """Up to six digits: what a person copies into a query finds the row again."""
    from decimal import Decimal

    from pipelines.reporting.numbers import NONE

    if isinstance(value, int | float | Decimal):
        return f"{float(value):,.6g}"
    return NONE if value is None else str(value)
