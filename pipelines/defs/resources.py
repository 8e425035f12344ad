"""The one resource: a home that this run holds from its first step to its last.

What holding a home means is in `pipelines/home.py`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg
from pydantic import PrivateAttr

from pipelines import record
from pipelines.conclusion import conclude
from pipelines.home import opened
from pipelines.project import Settings

POOL = "warehouse"
"""One step at a time works on the warehouse file, whatever starts it."""

DATA_PLATFORM = "data-platform@example.com"
"""Who answers for ingest and publication; see also models/_groups.yml."""


class Warehouse(dg.ConfigurableResource[Any]):
    """Settings of the run, and the lock of its home for as long as it lasts."""

    _settings: Settings = PrivateAttr()

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator[Any]:
        """Hold the home, however the run was started: a person, schedule or sensor."""
        purpose = f"run {context.run.run_id}" if context.run else "a run"
        with opened(Settings.from_environment(), purpose) as settings:
            self._settings = settings
            yield self
            # A run that nobody waits for has to say itself how it ended.
            if context.run and record.read(settings.home, context.run.run_id):
                conclude(settings, context.run.run_id)

    @property
    def settings(self) -> Settings:
        return self._settings
