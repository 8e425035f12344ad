"""The report as an asset: the page that says what a publication says.

It comes out of the step that publishes: the page is rendered from the new marts before
readers are switched, and shown in the same breath. What is on it is
`pipelines/reporting`'s business, and where it stands `publishing/report_files.py`'s.
"""

import dagster as dg

from pipelines.defs.ingest import DAILY
from pipelines.defs.resources import DATA_PLATFORM
from pipelines.project import Home
from pipelines.publishing.publish import Publication

KEY = dg.AssetKey(["reports", "report"])


def report_spec(publication: dg.AssetKey) -> dg.AssetSpec:
    """The report, made of a publication and of nothing else."""
    return dg.AssetSpec(
        KEY,
        description="One HTML page with every verdict, how sure it is and what it rests"
        " on; it needs no network.",
        deps=[publication],
        group_name="reports",
        owners=[DATA_PLATFORM],
        kinds={"python", "html"},
        freshness_policy=DAILY,
    )


def report_result(home: Home, done: Publication) -> dg.MaterializeResult[None]:
    """Where the page is, and how large."""
    page = done.report
    return dg.MaterializeResult(
        asset_key=KEY,
        metadata={
            "publication_id": done.publication_id,
            "path": dg.MetadataValue.path(str(page)),
            "current": dg.MetadataValue.path(str(home.current_report)),
            "link": dg.MetadataValue.url(home.current_report.absolute().as_uri()),
            "bytes": page.stat().st_size if page else 0,
        },
    )
