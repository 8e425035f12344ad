"""The code location: what `dagster dev` and the job of a run load.

What is in it is put together in `defs/`; nothing is defined here.
"""

import dagster as dg

from pipelines.defs import build_definitions
from pipelines.project import Settings


@dg.definitions
def defs() -> dg.Definitions:
    """Everything, for the home and the contracts that the environment names."""
    return build_definitions(Settings.from_environment())
