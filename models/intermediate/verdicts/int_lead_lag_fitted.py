# Grain: one row per survey, question family and survey type.
"""Panels of scores and of what revenue did in the quarter after (metrics 6.6).

How the slope is found is in `pipelines/fits`; why this is Python, and how it hands its
rows to DuckDB, in decision 0008. Small panels are refused here, with their sizes.
"""

from collections import Counter
from itertools import groupby

from pipelines.fits import two_way_panel

KEY = ("survey_id", "question_family", "survey_type")
POINT = ("segment_id", "outcome_quarter", "pmf_score", "growth_rate")
COLUMNS = {
    **dict.fromkeys(KEY, "varchar"),
    "fit_status": "varchar",
    "segment_count": "bigint",
    "wave_count": "bigint",
    "observation_count": "bigint",
    "slope": "double",
    "standard_error": "double",
    "degrees_of_freedom": "bigint",
}


def model(dbt, session):
    """One row per panel; one that is refused says why, and has no slope."""
    dbt.config(materialized="table")
    limits = dict(
        dbt.ref("dim_thresholds")
        .filter("threshold_id in ('lead_lag_segments', 'lead_lag_waves')")
        .project("threshold_id, value")
        .fetchall()
    )
    points = (
        dbt.ref("int_lead_lag_paired")
        .project(
            ", ".join(
                f"cast({name} as varchar)" if name == "outcome_quarter" else name
                for name in (*KEY, *POINT)
            )
        )
        .fetchall()
    )
    declared = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    session.execute(f"create or replace temp table panels ({declared})")
    for key, panel in groupby(sorted(points), key=lambda point: point[: len(KEY)]):
        row = dict(zip(KEY, key, strict=True)) | estimate(
            [point[len(KEY) :] for point in panel],
            int(limits["lead_lag_segments"]),
            int(limits["lead_lag_waves"]),
        )
        session.execute(
            f"insert into panels values ({', '.join('?' for _ in COLUMNS)})",
            [row.get(name) for name in COLUMNS],
        )
    # A relation and never a data frame, which DuckDB 2.0.0 can misread.
    return session.table("panels")


def estimate(panel: list[tuple], least_segments: int, least_waves: int) -> dict:
    """The row of a panel: of the segments that have enough waves."""
    waves_of = Counter(segment for segment, *_ in panel)
    long_enough = {name for name, waves in waves_of.items() if waves >= least_waves}
    kept = [point for point in panel if point[0] in long_enough]
    row = {
        "segment_count": len(long_enough),
        "wave_count": len({quarter for _, quarter, *_ in panel}),
        "observation_count": len(kept),
    }
    if len(long_enough) < least_segments:
        return row | {"fit_status": "too_few_segments"}
    fit = two_way_panel.fit(kept)
    if fit is None:
        return row | {"fit_status": "no_variation"}
    return row | {
        "fit_status": "fitted",
        "slope": fit.slope,
        "standard_error": fit.standard_error,
        "degrees_of_freedom": fit.degrees_of_freedom,
    }
