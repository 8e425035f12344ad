# Grain: one row per release, segment and measure.
"""Segmented Poisson regressions of monthly counts around releases (metrics 6.7).

The regression is in `pipelines/fits`; why this is Python, in decision 0008.
"""

from itertools import groupby

from pipelines.fits.segmented_poisson import Point, fit

KEY = ("release_key", "segment_id", "measure")
COLUMNS = {
    **dict.fromkeys(KEY, "varchar"),
    "fit_status": "varchar",
    "points_before": "bigint",
    "points_after": "bigint",
    "count_before": "double",
    "count_after": "double",
    "exposure_before": "double",
    "exposure_after": "double",
    "first_month": "date",
    "last_month": "date",
    "log_ratio": "double",
    "poisson_error": "double",
    "cautious_error": "double",
    "robust_error": "double",
    "dispersion": "double",
}


def model(dbt, session):
    """One row per series; what cannot be fitted says why, and has no parameters."""
    dbt.config(materialized="table")
    impacts = dict(
        dbt.ref("dim_releases").project("release_key, impact_model").fetchall()
    )
    thresholds = dict(
        dbt.ref("dim_thresholds").project("threshold_id, value").fetchall()
    )
    least_points = int(thresholds["release_least_points"])
    points = (
        dbt.ref("int_release_series_counted")
        .project(
            ", ".join(
                (*KEY, "series_month", "event_count", "customer_count", "is_after")
            )
        )
        .order(", ".join((*KEY, "series_month")))
    )
    declared = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    session.execute(f"create or replace temp table release_fits ({declared})")
    for key, series in groupby(points.fetchall(), key=lambda point: point[: len(KEY)]):
        row = dict(zip(KEY, key, strict=True)) | judged(
            [point[len(KEY) :] for point in series], impacts.get(key[0]), least_points
        )
        session.execute(
            f"insert into release_fits values ({', '.join('?' for _ in COLUMNS)})",
            [row.get(name) for name in COLUMNS],
        )
    return session.table("release_fits")


def judged(series: list, impact: str | None, least_points: int) -> dict:
    """The row of a series, given its months in order."""
    points = [
        Point(month.year * 12 + month.month, count, exposure, is_after)
        for month, count, exposure, is_after in series
    ]
    before = [point for point in points if not point.is_after]
    after = [point for point in points if point.is_after]
    row = {
        "points_before": len(before),
        "points_after": len(after),
        "count_before": sum(point.count for point in before),
        "count_after": sum(point.count for point in after),
        "exposure_before": sum(point.exposure for point in before),
        "exposure_after": sum(point.exposure for point in after),
        "first_month": series[0][0],
        "last_month": series[-1][0],
    }
    if impact is None:
        return row | {"fit_status": "no_impact_model"}
    if min(len(before), len(after)) < least_points:
        return row | {"fit_status": "too_few_points"}
    found = fit(points, impact)
    if found is None:
        return row | {"fit_status": "no_fit"}
    return row | {
        "fit_status": "fitted",
        "log_ratio": found.log_ratio,
        "poisson_error": found.standard_error,
        "cautious_error": found.cautious_error,
        "robust_error": found.robust_error,
        "dispersion": found.dispersion,
    }
