"""The metric dictionary page: whole, escaped, without network, and with its anchors."""

from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path

import duckdb
import pytest

from pipelines.docs.dictionary import Metric, anchor, read_metrics, render
from pipelines.docs.place import put
from pipelines.errors import FitmartError
from pipelines.publishing.meta import PublicationHeader

HEADER = PublicationHeader(
    publication_id="20260101T000000Z_a",
    run_id="run-1",
    as_of=date(2026, 1, 1),
    created_at=datetime(2026, 1, 1, tzinfo=UTC),
    code_version="1",
    reporting_tz="UTC",
    reporting_currency="EUR",
    duckdb_version="2",
    fingerprint="f",
)
SCORE = Metric(
    schema_name="fit",
    model_name="fit_pmf_score__segment_wave",
    column_name="estimate",
    metric_name="pmf score",
    meaning="Share of the very disappointed.",
    formula="very_disappointed / answered",
    grain="One row per segment and wave.",
    unit="share",
    interval_method="wilson",
    threshold_provenance="pmf_share (folklore): Sean Ellis",
    source="Sean Ellis 2009",
    feeds="survey.answers",
)
PLANTED = '<script>alert("1")</script> & {sections} {script}'


class Page(HTMLParser):
    """What a browser finds: elements with an id, links, loaded things and text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.scripts = 0
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.scripts += tag == "script"
        if name := values.get("id"):
            self.ids.append(name)
        if tag == "a":
            self.links.append(str(values["href"]))
        self.loaded += [str(values[key]) for key in ("src", "srcset") if key in values]
        if tag == "link":
            self.loaded.append(str(values.get("href")))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_every_metric_and_every_mart_has_its_anchor() -> None:
    metrics = [
        SCORE,
        replace(SCORE, column_name="ci_low"),
        replace(SCORE, schema_name="sales", model_name="sales_arpa__month"),
    ]
    page = Page(render(HEADER, metrics, {}))
    expected = {anchor(m.model_name, m.column_name) for m in metrics}
    expected |= {anchor(m.model_name) for m in metrics}
    assert expected <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert {link.removeprefix("#") for link in page.links} == expected


@pytest.mark.parametrize(
    ("mart", "column", "expected"),
    [
        ("fit.fit_nps__segment_wave", "estimate", "fit_nps__segment_wave.estimate"),
        ("fit_nps__segment_wave", "estimate", "fit_nps__segment_wave.estimate"),
        ("fit.fit_nps__segment_wave", None, "fit_nps__segment_wave"),
    ],
)
def test_an_anchor_is_the_mart_without_schema_and_the_column(
    mart: str, column: str | None, expected: str
) -> None:
    assert anchor(mart, column) == expected


@pytest.mark.parametrize("field", sorted(Metric.__dataclass_fields__))
def test_text_of_the_publication_is_text_on_the_page(field: str) -> None:
    clean = Page(render(HEADER, [SCORE], {}))
    metric = replace(SCORE, **{field: PLANTED})
    page = Page(render(HEADER, [metric], {metric.model_name: PLANTED}))
    assert page.scripts == clean.scripts == 1
    assert PLANTED in page.text
    assert len(page.ids) == len(set(page.ids))


def test_the_page_loads_nothing() -> None:
    text = render(HEADER, [SCORE], {SCORE.model_name: "One row per segment."})
    assert Page(text).loaded == []
    assert "http://" not in text
    assert "https://" not in text
    assert "@import" not in text
    assert "url(" not in text


def test_a_mart_says_what_it_answers_and_where_it_comes_from() -> None:
    text = Page(render(HEADER, [SCORE], {SCORE.model_name: "It answers a thing."})).text
    for said in (
        "It answers a thing.",
        "Sean Ellis 2009",
        "survey.answers",
        "1 metrics",
    ):
        assert said in text


def test_a_publication_without_dictionary_names_the_remedy(tmp_path: Path) -> None:
    file = tmp_path / "old.duckdb"
    duckdb.connect(str(file)).close()
    with pytest.raises(FitmartError) as caught:
        read_metrics(file)
    assert caught.value.rule == "publication_has_a_dictionary"


def test_metrics_are_read_in_the_order_of_their_columns(tmp_path: Path) -> None:
    file = tmp_path / "one.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema core")
        columns = [
            name for name in Metric.__dataclass_fields__ if name != "column_name"
        ]
        text = ", ".join(f"'a' as {name}" for name in columns)
        connection.execute(
            f"create table core.dim_metrics as select {text}, name as column_name,"
            " number as column_number"
            " from (values ('z', 1), ('b', 2)) as numbered(name, number)"
        )
    assert [metric.column_name for metric in read_metrics(file)] == ["z", "b"]


def test_a_page_replaces_the_one_before_in_one_step(tmp_path: Path) -> None:
    file = tmp_path / "docs" / "page.html"
    put(file, b"old")
    put(file, b"new")
    assert file.read_bytes() == b"new"
    assert list(file.parent.iterdir()) == [file]
