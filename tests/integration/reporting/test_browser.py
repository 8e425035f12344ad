"""The page in a real browser; skipped, with the line that installs one, without it."""

import itertools
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.reporting.page import render
from tests.integration.reporting.browser import Browser
from tests.integration.reporting.planted import PLAIN, Planted

WIDTHS = (390, 1440)

MARKS = """
[...document.querySelectorAll('.chart')].map(chart => [
    chart.dataset.figure,
    chart.querySelectorAll('svg .role-mark path, svg .role-mark text').length,
])
"""

ESTIMATES = {
    "fit.fit_pmf_score__segment_wave": 3,
    "fit.fit_survival__segment_month": 2,
    "fit.fit_logo_retention__cohort_month": 2,
    "sales.sales_channel_share__month": 2,
    "verdicts.verdict_word_of_mouth__month": 2,
    "fit.fit_feedback_themes__month": 2,
}
"""Marts whose rows are all on the page, and which cell of a row has the estimate."""

CONTRAST = """
(() => {
    const light = text => {
        const [r, g, b] = text.match(/[\\d.]+/g).map(Number).map(value => {
            const part = value / 255;
            return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const paper = light(getComputedStyle(document.body).backgroundColor);
    const all = [...document.querySelectorAll(
        'p, h1, h2, h3, td, th, a, dd, .verdict, summary, .detail')];
    return Math.min(...all.map(one => {
        const ink = light(getComputedStyle(one).color);
        return (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    }));
})()
"""


def rows(publication: Path, query: str) -> list[Any]:
    with duckdb.connect(str(publication), read_only=True) as reader:
        return reader.execute(query).fetchall()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("dark", [False, True])
def test_it_opens_without_a_complaint_and_asks_for_nothing(
    browser: Browser, page: Path, width: int, dark: bool
) -> None:
    browser.look(width, 900, dark=dark)
    browser.open(page)
    assert browser.complaints == []
    assert browser.requests == [page.resolve().as_uri()]
    assert browser.run("window.hacked") is None
    overflow = browser.run(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow == 0
    assert browser.run(CONTRAST) >= 4.5, "as WCAG wants text"


def test_every_figure_has_marks_or_a_table(browser: Browser, page: Path) -> None:
    browser.look(1440, 900)
    browser.open(page)
    marks = browser.run(MARKS)
    assert len(marks) > 30
    assert [figure for figure, count in marks if not count] == []
    empty = browser.run(
        "[...document.querySelectorAll('figure.is-empty')].map(one => one.id)"
    )
    assert empty == []


def test_numbers_on_the_page_are_those_of_the_marts(
    browser: Browser, page: Path, publication: Path
) -> None:
    browser.look(1440, 900)
    browser.open(page)
    for mart, cell in ESTIMATES.items():
        shown = browser.run(
            f"[...document.querySelectorAll('table[data-mart=\"{mart}\"] tbody tr')]"
            ".map(row => Number(row.querySelector('td.number:nth-of-type("
            f"{cell}) data').value))"
        )
        wanted = rows(publication, f"select estimate from {mart}")
        assert sorted(shown) == sorted(value for (value,) in wanted), mart


def test_charts_are_drawn_from_the_numbers_of_the_marts(
    browser: Browser, page: Path, publication: Path
) -> None:
    browser.open(page)
    content = json.loads(
        browser.run("document.getElementById('win-rate-quarters-data').textContent")
    )
    drawn = [row["estimate"] for panel in content["panels"] for row in panel]
    wanted = rows(
        publication,
        "select estimate from sales.sales_win_rate__cohort_quarter "
        "where cohort_label <> 'all'",
    )
    assert sorted(drawn) == sorted(value for (value,) in wanted)


def test_the_first_screen_has_every_verdict_with_what_it_would_take(
    browser: Browser, page: Path, publication: Path
) -> None:
    browser.look(1440, 900)
    browser.open(page)
    shown = browser.run(
        "[...document.querySelectorAll("
        "'section[aria-labelledby=verdicts] [data-verdict]')].map(cell => "
        "[cell.dataset.mart, cell.dataset.segment, cell.dataset.verdict])"
    )
    wanted = [
        [f"verdicts.{mart}", segment, verdict]
        for mart in (
            "verdict_fit_by_segment",
            "verdict_fit_sales_quadrant",
            "verdict_surge_and_fade",
            "verdict_feedback_loop",
            "verdict_release_impact",
            "verdict_investment_balance",
        )
        for segment, verdict in rows(
            publication, f"select segment_id, verdict from verdicts.{mart}"
        )
    ]
    assert sorted(shown) == sorted(wanted)
    bottom = browser.run(
        "document.querySelector('.matrix').getBoundingClientRect().bottom"
    )
    assert bottom < 900, "it is on the first screen"
    needs = browser.run("document.querySelector('.columns').innerText")
    assert "It would take 134 more answers." in needs
    fit = f".matrix td[data-segment='{PLAIN}'][data-mart$='fit_by_segment']"
    text = browser.run(f'document.querySelector("{fit}").innerText')
    assert "undetermined" in text
    assert "n 43" in text


def test_it_can_be_read_by_keyboard(browser: Browser, page: Path) -> None:
    browser.look(1440, 900)
    browser.open(page)
    browser.press("Tab", code=9)
    assert browser.run("document.activeElement.className") == "skip"
    assert browser.run("document.activeElement.getBoundingClientRect().left") >= 0
    browser.run("document.activeElement.click()")
    assert browser.run("location.hash") == "#verdicts"
    unreachable = browser.run(
        "[...document.querySelectorAll('a, summary, .scroller')]"
        ".filter(one => one.tabIndex < 0).length"
    )
    assert unreachable == 0
    levels = browser.run(
        "[...document.querySelectorAll('h1, h2, h3, h4')].map(one => +one.tagName[1])"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    steps = itertools.pairwise(levels)
    assert all(after - before <= 1 for before, after in steps)


def test_every_chart_has_words_for_who_does_not_see_it(
    browser: Browser, page: Path
) -> None:
    browser.open(page)
    silent = browser.run(
        "[...document.querySelectorAll('.chart')].filter(chart => "
        "chart.getAttribute('role') !== 'img' || !chart.getAttribute('aria-label') "
        "|| !chart.closest('figure').querySelector('table caption')).length"
    )
    assert silent == 0


def test_it_can_be_printed(browser: Browser, page: Path) -> None:
    browser.look(1440, 900, dark=True)
    browser.open(page)
    browser.media("print", "dark")
    seen = "getComputedStyle(document.querySelector('nav')).display"
    assert browser.run(seen) == "none"
    paper = "getComputedStyle(document.body).backgroundColor"
    assert browser.run(paper) == "rgb(255, 255, 255)", "ink is not spent on paper"
    assert browser.paper().startswith(b"%PDF")


def test_an_empty_publication_opens_too(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "empty.html"
    file.write_bytes(render(Planted(tmp_path / "empty.duckdb").close()))
    browser.open(file)
    assert browser.complaints == []
    assert browser.run("document.querySelectorAll('.chart').length") == 0
