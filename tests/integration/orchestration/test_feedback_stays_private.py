"""What customers said is read by the rules of the themes and goes no further."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.run import refresh
from tests.integration.orchestration.conftest import begin

CONTRACT = """\
contract: remarks
feed: product.feedback
source_system: helpdesk
files: "remarks_*.csv"
format: {type: csv}
records: {mode: append, same_record: key}
columns:
  feedback_id: id
  account_id: account
  contact_id: contact
  given_at: {from: at, format: "%Y-%m-%d"}
  channel: {constant: support}
  body: body
"""
SAID = {
    "billing": "An invoice for Zebedee Quartermain is wrong",
    "unmatched": "Zebedee Quartermain sends greetings",
}
PERSON = "contact-zebedee"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A publication of a company of which feedback is all that is known."""
    company = begin(tmp_path_factory.mktemp("told"))
    settings = company.settings
    (settings.contracts / "remarks.yml").write_text(CONTRACT)
    lines = "".join(
        f"remark-{number},account-{number},{PERSON},2026-03-0{number},{body}\n"
        for number, body in enumerate(SAID.values(), 1)
    )
    (settings.landing / "remarks_1.csv").write_text(
        "id,account,contact,at,body\n" + lines
    )
    summary = refresh(settings)
    assert summary.is_good, summary.record.refusals
    yield settings.home.current


def columns_holding(path: Path, text: str) -> list[str]:
    """Every column of every table in which some value contains a text."""
    with duckdb.connect(str(path), read_only=True) as connection:
        columns = connection.execute(
            "select table_schema, table_name, column_name"
            " from information_schema.columns"
        ).fetchall()
        return [
            f"{schema}.{table}.{column}"
            for schema, table, column in columns
            if connection.execute(
                f'select count(*) from "{schema}"."{table}"'
                f' where contains(cast("{column}" as varchar), ?)',
                [text],
            ).fetchone()
            != (0,)
        ]


def test_themes_are_published_and_texts_and_people_are_not(published: Path) -> None:
    with duckdb.connect(str(published), read_only=True) as connection:
        themes = connection.execute(
            "select theme from fit.fct_feedback order by theme"
        ).fetchall()
    assert themes == [(theme,) for theme in sorted(SAID)]
    for secret in ("Zebedee", PERSON, "remark-1", *SAID.values()):
        assert columns_holding(published, secret) == []


def test_a_text_that_were_there_would_be_found(published: Path, tmp_path: Path) -> None:
    """The search itself can fail: with the text in some mart it names the column."""
    leaking = tmp_path / "leaking.duckdb"
    leaking.write_bytes(published.read_bytes())
    with duckdb.connect(str(leaking)) as connection:
        connection.execute("alter table fit.fct_feedback add column body varchar")
        connection.execute(
            "update fit.fct_feedback set body = ?", [SAID["billing"]]
        ).fetchall()
    assert columns_holding(leaking, "Zebedee") == ["fit.fct_feedback.body"]
