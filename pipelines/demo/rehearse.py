"""Rehearsals: a warehouse of a generated company, to be held against its truth.

Used by `tests/truth` and `bench/`; a run of the demo goes through the job instead.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import duckdb

from pipelines.dbt_build import dbt_arguments, keep_manifest, read_manifest
from pipelines.demo.courier import INITIAL
from pipelines.demo.truth import Truth
from pipelines.demo.world import DEMO_AS_OF
from pipelines.errors import FitmartError
from pipelines.extracts.contract_files import load_contracts
from pipelines.extracts.ingest import IngestReport, ingest
from pipelines.project import ROOT, Home, Settings

CONTRACTS = ROOT / "contracts" / "demo"
KEY = "5a" * 32
"""The same in every rehearsal, so that keyed hashes of two homes can be compared."""


@dataclass(frozen=True)
class Rehearsal:
    """A home, its landing, and the demo that its extracts come from."""

    demo: Path
    settings: Settings

    @classmethod
    def begin(cls, demo: Path, place: Path) -> "Rehearsal":
        """A home with nothing in it, beside a landing with nothing in it."""
        home = Home(place / "home")
        home.keys.mkdir(parents=True, mode=0o700)
        key = home.keys / "home.key"
        key.touch(mode=0o600)
        key.write_text(KEY + "\n", encoding="ascii")
        landing = place / "landing"
        landing.mkdir()
        settings = Settings(
            home=home, landing=landing, contracts=CONTRACTS, as_of=DEMO_AS_OF
        )
        return cls(demo, settings)

    @property
    def truth(self) -> Truth:
        return Truth.read(self.demo / "truth.json")

    def at(self, as_of: date) -> "Rehearsal":
        """The same home, run with another as-of date."""
        return replace(self, settings=replace(self.settings, as_of=as_of))

    def land(self, drop: str = INITIAL) -> None:
        """Put the extracts of one drop into the landing."""
        shutil.copytree(self.demo / drop, self.settings.landing, dirs_exist_ok=True)

    def land_files(self, files: Iterable[Path]) -> None:
        """Put single extracts into the landing, each where its drop has it."""
        for file in files:
            parts = file.relative_to(self.demo).parts
            within = parts[1:] if parts[0] == INITIAL else parts[2:]
            target = self.settings.landing.joinpath(*within)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)

    def ingest(self) -> IngestReport:
        """Load what is new in the landing."""
        return ingest(self.settings, load_contracts(self.settings.contracts))

    def build(self, *, with_tests: bool, marts: Iterable[str] = ()) -> None:
        """Build every model, in a process of its own.

        Args:
            marts: Build only these and what they are made of; none means all.

        Raises:
            FitmartError: A model or a test failed; the reason is what dbt said.
        """
        arguments = dbt_arguments("build", self.settings)
        if not with_tests:
            arguments += ["--exclude-resource-type", "test"]
        if selected := [f"+{mart.split('.')[-1]}" for mart in marts]:
            arguments += ["--select", *selected]
        done = subprocess.run(
            [sys.executable, "-c", "from dbt.cli.main import cli; cli()", *arguments],
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise FitmartError(
                f"dbt failed: {done.stdout[-3000:]}{done.stderr[-1000:]}",
                rule="demo_builds",
                remedy="Mend the model or the test that it names.",
            )
        keep_manifest(self.settings.home)

    def marts(self) -> list[str]:
        """Relations of all marts that follow from the extracts alone.

        A mart that reads what was reported earlier says so in its meta
        (`reads_history`): another home has reported something else.
        """
        nodes = read_manifest(self.settings.home)["nodes"].values()
        return sorted(
            f"{node['schema']}.{node['name']}"
            for node in nodes
            if node["resource_type"] == "model"
            and "marts" in node["fqn"]
            and not node["config"]["meta"].get("reads_history")
        )

    def connect(self) -> duckdb.DuckDBPyConnection:
        """The build, for reading."""
        return duckdb.connect(str(self.settings.home.build), read_only=True)

    def _environment(self) -> dict[str, str]:
        return {**os.environ, **self.settings.as_environment()}
