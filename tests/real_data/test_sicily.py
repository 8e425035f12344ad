"""The ban on smoking in Sicily: the published example of an interrupted series.

Lopez Bernal, Cummins and Gasparrini 2017, International Journal of Epidemiology: acute
coronary events by month, 2002 to 2006, and their rate ratio since January 2005.
"""

import csv
from math import exp
from pathlib import Path

import pytest

from pipelines.fits.segmented_poisson import Point, fit

Z = 1.959963984540054
PLACE = "series_sicily/sicily.csv"


@pytest.fixture(scope="module")
def sicily(data: Path) -> list[Point]:
    path = data / PLACE
    if not path.is_file():
        pytest.skip(
            f"the series of Sicily is not there: expected ../shared/data/{PLACE}, from"
            " gasparrini/2017_lopezbernal_IJE_codedata on GitHub"
        )
    with path.open(encoding="utf-8") as file:
        return [
            Point(
                int(row["time"]),
                float(row["aces"]),
                float(row["stdpop"]),
                row["smokban"] == "1",
            )
            for row in csv.DictReader(file)
        ]


def test_the_published_rate_ratio_comes_out(sicily: list[Point]) -> None:
    assert len(sicily) == 59
    found = fit(sicily, "level")
    assert found is not None
    bounds = [
        exp(found.log_ratio + side * Z * found.standard_error) for side in (-1, 0, 1)
    ]
    assert bounds == pytest.approx([0.8647, 0.8944, 0.9251], abs=5e-5)


def test_more_scatter_than_poissons_is_allowed_for(sicily: list[Point]) -> None:
    found = fit(sicily, "level")
    assert found is not None
    assert found.dispersion > 1
    assert found.cautious_error > found.standard_error
