"""The page as text: what is escaped, what it weighs, what it says of absent data."""

import re
from pathlib import Path

import pytest

from pipelines.errors import FitmartError
from pipelines.reporting import charts
from pipelines.reporting.markup import Markup, data_block, element
from pipelines.reporting.page import render
from tests.integration.reporting.planted import NASTY, Planted, plant

LARGEST = 3_000_000


def test_text_from_data_never_becomes_markup(page: Path) -> None:
    text = page.read_text()
    assert NASTY not in text
    assert "&lt;script&gt;window.hacked=1;" in text
    assert "onerror=window.hacked" not in re.sub(
        r"&lt;img[^&]*&gt;|\\u003cimg.*?>", "", text
    )
    scripts = re.findall(r"<script[^>]*>", text)
    kinds = {script for script in scripts if "application/json" not in script}
    assert kinds == {'<script type="module">'}
    assert len(scripts) == text.count("</script>")


def test_data_for_scripts_cannot_end_its_element() -> None:
    block = data_block("x", {"name": "</script><b>&\u2028"})
    assert block.count("</script>") == 1
    assert "\u2028" not in block
    assert "<b>" not in block


def test_an_element_escapes_all_that_is_not_markup() -> None:
    made = element("a", "<b>", Markup("<i></i>"), None, 7, href='"><x', hidden=False)
    assert made == '<a href="&quot;&gt;&lt;x">&lt;b&gt;<i></i>7</a>'


def test_a_page_stays_small_however_many_segments_there_are(tmp_path: Path) -> None:
    segments = [f"segment_{number}" for number in range(40)]
    page = render(plant(tmp_path / "many.duckdb", segments))
    assert len(page) < LARGEST
    assert b"32 smaller segments are not shown" in page
    assert b"Segment 7" in page
    assert b"Segment 8" not in page


def test_sections_without_rows_say_what_is_missing(tmp_path: Path) -> None:
    page = render(Planted(tmp_path / "empty.duckdb").close()).decode()
    figures = re.findall(r"<figure [^>]*>", page)
    assert len(figures) > 15
    assert all('class="is-empty"' in figure for figure in figures)
    assert page.count("Nothing to show: ") == len(figures)
    assert 'class="chart"' not in page
    assert "This publication holds no verdicts" in page


def test_a_publication_of_before_there_were_some_marts_has_a_page(
    tmp_path: Path,
) -> None:
    planted = Planted(tmp_path / "old.duckdb")
    for relation in [*planted.marts, "meta.extracts", "meta.rejects", "meta.checks"]:
        planted.connection.execute(f"drop table {relation}")
    assert b"Nothing to show" in render(planted.close())


def test_what_is_not_a_publication_is_refused_with_a_remedy(tmp_path: Path) -> None:
    file = tmp_path / "other.duckdb"
    file.write_text("not a database")
    with pytest.raises(FitmartError) as raised:
        render(file)
    assert raised.value.remedy


def test_series_differ_in_shape_and_dash_and_not_in_colour_alone() -> None:
    channels = charts.series("kind", ("a", "b", "c", "d"))
    for channel in ("color", "shape", "strokeDash"):
        values = [str(value) for value in channels[channel]["scale"]["range"]]
        assert len(set(values)) == 4, channel


def test_every_link_within_the_page_leads_somewhere(page: Path) -> None:
    text = page.read_text()
    targets = set(re.findall(r' id="([^"]+)"', text))
    links = set(re.findall(r' href="#([^"]+)"', text))
    assert links
    assert links - targets == set()


def test_every_figure_says_mart_day_and_sample(page: Path) -> None:
    captions = re.findall(r"<figcaption.*?</figcaption>", page.read_text())
    assert len(captions) > 15
    for caption in captions:
        assert "as of 2026-01-01" in caption
        assert re.search(r' href="#mart-', caption)
        if "n: " in caption:
            assert re.search(r"n: .*(\d|census)", caption), caption
