"""`fitmart explain` and the verdicts of `fitmart status`, on a planted publication."""

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.cli import main
from pipelines.errors import FitmartError
from pipelines.home import opened as opened_home
from pipelines.project import Home, Settings
from pipelines.reporting.explain import explain
from pipelines.reporting.reading import opened
from tests.integration.reporting.planted import AS_OF, NASTY, PLAIN, QUOTED


@pytest.fixture(autouse=True)
def _environment_as_it_was() -> Iterator[None]:
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def home(publication: Path, tmp_path: Path) -> Home:
    """A home whose readers have the planted publication."""
    home = Home(tmp_path / "home")
    settings = Settings(
        home=home, landing=home.landing, contracts=tmp_path, as_of=AS_OF
    )
    with opened_home(settings, "test"):
        pass
    shutil.copy(publication, home.marts / "20260101T000000000000Z_0123456789.duckdb")
    home.current.symlink_to("20260101T000000000000Z_0123456789.duckdb")
    return home


@pytest.fixture
def fitmart(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[object, str, str]]:
    """Runs a command on the home: its exit code, what it printed, its complaints."""

    def run(*arguments: str) -> tuple[object, str, str]:
        monkeypatch.setattr(
            sys, "argv", ["fitmart", "--home", str(home.path), *arguments]
        )
        code: object = 0
        try:
            main()
        except SystemExit as ended:
            code = ended.code
        printed = capsys.readouterr()
        return code or 0, printed.out, printed.err

    return run


def test_a_verdict_is_followed_down_to_its_numerators(
    fitmart: Callable[..., tuple[object, str, str]],
) -> None:
    code, out, _ = fitmart("explain", "fit_by_segment", PLAIN)
    assert code == 0
    assert "Fit of Plain segment" in out
    assert "? undetermined" in out
    assert "It would take 134 more answers." in out
    assert "Sean Ellis 2009" in out
    (line,) = [line for line in out.splitlines() if line.startswith("score")]
    # 21 of 43 is what the mart has for the newest wave, and not only the verdict.
    assert re.split(r"\s{2,}", line.strip()) == [
        "score",
        "0.488372",
        "0.38 to 0.61",
        "21",
        "43",
        "43",
    ]
    assert "select estimate from fit.fit_pmf_score__segment_wave where" in out


@pytest.mark.parametrize("segment", [NASTY, QUOTED, "Plain segment", "all"])
@pytest.mark.parametrize("claim", ["fit", "verdicts.verdict_fit_by_segment"])
def test_segments_and_claims_go_by_several_names(
    publication: Path, claim: str, segment: str
) -> None:
    with opened(publication) as readers:
        found = explain(readers, claim, segment)
    assert [one.agrees for one in found.evidence] == [True]
    assert [one.row["numerator"] for one in found.evidence] == [21]


def test_evidence_that_its_mart_does_not_have_is_told(
    fitmart: Callable[..., tuple[object, str, str]], home: Home
) -> None:
    with duckdb.connect(str(home.current)) as connection:
        connection.execute(
            "update fit.fit_pmf_score__segment_wave set estimate = 0.1 "
            "where wave_id = 'pulse:2025Q4'"
        )
    code, _, err = fitmart("explain", "fit_by_segment", PLAIN)
    assert code == 1
    assert "evidence_is_in_its_mart" in err


@pytest.mark.parametrize(
    ("claim", "segment", "remedy"),
    [
        ("nothing", PLAIN, "fit_by_segment, fit_sales_quadrant"),
        ("fit_by_segment", "nobody", PLAIN),
    ],
)
def test_what_there_is_not_is_answered_with_what_there_is(
    publication: Path, claim: str, segment: str, remedy: str
) -> None:
    with opened(publication) as readers, pytest.raises(FitmartError) as raised:
        explain(readers, claim, segment)
    assert remedy in str(raised.value.remedy)


def test_nothing_published_is_said_with_a_remedy(
    fitmart: Callable[..., tuple[object, str, str]], home: Home
) -> None:
    home.current.unlink()
    code, _, err = fitmart("explain", "fit_by_segment", "all")
    assert code == 1
    assert "something_is_published" in err


def test_status_shows_the_verdicts_of_what_readers_see(
    fitmart: Callable[..., tuple[object, str, str]],
) -> None:
    _, out, _ = fitmart("status")
    (heading,) = [line for line in out.splitlines() if line.startswith("segment")]
    assert re.split(r"\s{2,}", heading.strip())[:3] == [
        "segment",
        "fit",
        "fit and sales",
    ]
    (line,) = [line for line in out.splitlines() if line.startswith("Plain segment")]
    assert re.split(r"\s{2,}", line.strip())[:3] == [
        "Plain segment",
        "? undetermined",
        "? undetermined",
    ]


def test_help_has_an_example(fitmart: Callable[..., tuple[object, str, str]]) -> None:
    _, out, _ = fitmart("explain", "--help")
    assert "fitmart explain fit_by_segment dental_practices" in " ".join(out.split())
