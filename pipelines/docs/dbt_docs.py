"""dbt's own documentation of the project, as one file that needs no server.

dbt writes into a folder of its own: the artifacts of the last run stay as they are,
since the gate and `fitmart status` read them.
"""

import tempfile
from pathlib import Path

from pipelines.dbt_build import dbt_arguments, invoke, stopped
from pipelines.docs.place import put
from pipelines.project import Settings


def write_dbt_docs(settings: Settings) -> Path:
    """Generate the documentation of models and columns of the build; where it is.

    The caller holds the warehouse lock: dbt reads the columns from the build.

    Raises:
        FitmartError: dbt failed.
    """
    file = settings.home.dbt_docs
    with tempfile.TemporaryDirectory(prefix="fitmart-docs-") as target:
        arguments = dbt_arguments("docs", settings)[1:]
        is_success, message = invoke(
            [
                *("docs", "generate", "--static"),
                *arguments,
                *("--target-path", target, "--log-path", target),
            ],
            settings,
        )
        page = Path(target) / "static_index.html"
        if not is_success or not page.exists():
            raise stopped(message)
        put(file, page.read_bytes())
    return file
