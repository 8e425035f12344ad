"""Homes for real data: landings with copies of public files, and runs of the whole job.

What must hold of a data set is said in its own test module. The data lies beside the
checkout and is never copied into it; without the data these tests are skipped.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.extracts.contract_files import load_contracts
from pipelines.extracts.ingest import ingest
from pipelines.project import Home, Settings
from pipelines.run import refresh

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
EXAMPLES = ROOT / "contracts" / "examples"

# The same in every home, so that keyed hashes of two homes can be compared.
KEY = "5a" * 32

Rows = list[tuple[Any, ...]]

SURVEY_FILES = {
    "nps_first_1000.csv": "survey_nps_garden_centre/nps_first_1000.csv",
    "perso_brands.csv": "survey_nps_garden_centre/perso_brands.csv",
    **{
        name: f"survey_spack/{name}"
        for name in (
            "spack-user-survey-2020-responses.csv",
            "spack-user-survey-2021-responses.csv",
            "spack-user-survey-2022-responses.csv",
            "spack-user-survey-2020-responses.xlsx",
        )
    },
    "2019-user-survey-results.csv": "survey_dask/2019-user-survey-results.csv",
    "2020-user-survey-results.csv": "survey_dask/2020-user-survey-results.csv",
    "mybinder.org-user-survey-feb-2020.csv": (
        "survey_mybinder/mybinder.org-user-survey-feb-2020.csv"
    ),
    "results-anonymized-randomized.csv": (
        "survey_stacks/results-anonymized-randomized.csv"
    ),
    "2020_results.csv": "survey_surveymonkey_todo/2020_results.csv",
    "sample.csv": "survey_qualtrics/sample.csv",
    "sample_legacy.csv": "survey_qualtrics/sample_legacy.csv",
    "case_040/input_01.csv": "survey_preppin/case_040/input_01.csv",
    "case_040/input_02.csv": "survey_preppin/case_040/input_02.csv",
    "case_122/input_01.csv": "survey_preppin/case_122/input_01.csv",
    "case_122/input_02.csv": "survey_preppin/case_122/input_02.csv",
}
"""Files of the survey landing, and where the data has them."""

SPACK_WAVES = [
    ("spack_user_survey", "spack:2020", "2020-10-01 00:00:00", "2020-12-01 00:00:00"),
    ("spack_user_survey", "spack:2021", "2021-12-01 00:00:00", "2022-02-01 00:00:00"),
    ("spack_user_survey", "spack:2022", "2023-02-01 00:00:00", "2023-04-01 00:00:00"),
]
"""The waves of the survey that has three, each named after the year that it is of."""


@dataclass(frozen=True)
class RealHome:
    """A home, its landing, and what a test wants of both."""

    settings: Settings
    data: Path
    seeds: Path | None = None
    """Decisions as data, where they are not those of the project."""

    def land(self, source: str, name: str | None = None) -> None:
        """Put a copy of one public file into the landing."""
        target = self.settings.landing / (name or Path(source).name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.data / source, target)

    def ingest(self) -> None:
        ingest(self.settings, load_contracts(self.settings.contracts))

    def refresh(self) -> None:
        """Run the whole job; a publication is made, or the test says why not."""
        settings = self.settings
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("FITMART_HOME", str(settings.home.path))
            environment.setenv("LANDING", str(settings.landing))
            environment.setenv("CONTRACTS", str(settings.contracts))
            environment.setenv("AS_OF", settings.as_of.isoformat())
            environment.setenv("REPORTING_CURRENCY", settings.reporting_currency)
            if self.seeds is not None:
                environment.setenv("SEEDS", str(self.seeds))
            summary = refresh(settings)
        assert summary.is_good, summary.record.refusals

    def at(self, as_of: date) -> "RealHome":
        """The same home, run with another as-of date."""
        return replace(self, settings=replace(self.settings, as_of=as_of))

    def build(self, sql: str, *parameters: object) -> Rows:
        """Rows of the build: raw tables, ledger, everything that models made."""
        return query(self.settings.home.build, sql, *parameters)

    def marts(self, sql: str, *parameters: object) -> Rows:
        """Rows of the publication: what readers see."""
        return query(self.settings.home.current, sql, *parameters)


def query(path: Path, sql: str, *parameters: object) -> Rows:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql, list(parameters)).fetchall()


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of the public data sets."""
    if not DATA.is_dir():
        pytest.skip("the public data sets are not there: expected ../shared/data")
    return DATA


@pytest.fixture(scope="session")
def new_home(
    data: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., RealHome]:
    """Begins a home with the example contracts and an empty landing."""

    def begin(examples: str, as_of: date, currency: str = "EUR") -> RealHome:
        place = tmp_path_factory.mktemp(examples or "surveys")
        home = Home(place / "home")
        home.keys.mkdir(parents=True, mode=0o700)
        key = home.keys / "home.key"
        key.touch(mode=0o600)
        key.write_text(KEY + "\n", encoding="ascii")
        landing = place / "landing"
        landing.mkdir()
        return RealHome(
            Settings(
                home=home,
                landing=landing,
                contracts=EXAMPLES / examples,
                as_of=as_of,
                reporting_currency=currency,
            ),
            data,
        )

    return begin


@pytest.fixture(scope="session")
def ingested_surveys(new_home: Callable[..., RealHome]) -> RealHome:
    """All survey exports in one home, loaded by the contracts of all examples."""
    surveys = new_home("", date(2023, 7, 1))
    for name, source in SURVEY_FILES.items():
        surveys.land(source, name)
    surveys.ingest()
    return surveys


@pytest.fixture(scope="session")
def surveys(
    ingested_surveys: RealHome, tmp_path_factory: pytest.TempPathFactory
) -> RealHome:
    """The same home after the whole job, which finds every extract loaded already.

    The waves of one survey are declared, in a copy of the seeds; the others have none.
    """
    seeds = tmp_path_factory.mktemp("decisions") / "seeds"
    shutil.copytree(ROOT / "seeds", seeds)
    with (seeds / "survey_waves.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"{','.join(wave)}\n" for wave in SPACK_WAVES)
    surveys = replace(ingested_surveys, seeds=seeds)
    surveys.refresh()
    return surveys
