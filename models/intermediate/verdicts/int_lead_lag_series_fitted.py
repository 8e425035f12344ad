# Grain: one row per survey, question family and survey type.
"""Series of the scores of all segments and of what revenue did after (metrics 6.6).

How they are correlated is in `pipelines/fits`; why this is Python, and how it hands its
rows to DuckDB, in decision 0008. Short series are refused here, with their sizes.
"""

from itertools import groupby

from pipelines.fits import prewhitened_series

KEY = ("survey_id", "question_family", "survey_type")
POINT = ("period_unit", "outcome_period", "wave_id", "weighting")
VALUES = ("pmf_score", "growth_rate")
MONTHS = {"months": 1, "quarters": 3}
COLUMNS = {
    **dict.fromkeys(KEY, "varchar"),
    "fit_status": "varchar",
    "period_unit": "varchar",
    "last_wave_id": "varchar",
    "last_weighting": "varchar",
    "last_pmf_score": "double",
    "point_count": "bigint",
    "left_out_count": "bigint",
    "filter_order": "bigint",
    "lag_count": "bigint",
    "lead_count": "bigint",
    "correlation": "double",
    "correlation_low": "double",
    "correlation_high": "double",
    "p_value": "double",
}


def model(dbt, session):
    """One row per series; one that is refused says why, and has no correlation."""
    dbt.config(materialized="table")
    [(least_points,)] = (
        dbt.ref("dim_thresholds")
        .filter("threshold_id = 'lead_lag_points'")
        .project("value")
        .fetchall()
    )
    points = (
        dbt.ref("int_lead_lag_series_paired")
        .project(", ".join((*KEY, *POINT, *VALUES)))
        .fetchall()
    )
    declared = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    session.execute(f"create or replace temp table series_fits ({declared})")
    for key, series in groupby(sorted(points), key=lambda point: point[: len(KEY)]):
        row = dict(zip(KEY, key, strict=True)) | judged(
            [point[len(KEY) :] for point in series], int(least_points)
        )
        session.execute(
            f"insert into series_fits values ({', '.join('?' for _ in COLUMNS)})",
            [row.get(name) for name in COLUMNS],
        )
    # A relation and never a data frame, which DuckDB 2.0.0 can misread.
    return session.table("series_fits")


def judged(points: list[tuple], least_points: int) -> dict:
    """The row of a survey: of the longest run without a gap, by month or by quarter."""
    series = max(unbroken(points), key=lambda run: (len(run), run[-1][1], run[0][0]))
    unit, _, wave, weighting, score, _ = series[-1]
    row = {
        "period_unit": unit,
        "last_wave_id": wave,
        "last_weighting": weighting,
        "last_pmf_score": score,
        "point_count": len(series),
        "left_out_count": sum(point[0] == unit for point in points) - len(series),
    }
    if len(series) < least_points:
        return row | {"fit_status": "too_few_points"}
    fit = prewhitened_series.fit(
        [point[-2] for point in series],
        [point[-1] for point in series],
        12 // MONTHS[unit],
    )
    if fit is None:
        return row | {"fit_status": "no_variation"}
    low, high = fit.interval
    return row | {
        "fit_status": "fitted",
        "filter_order": fit.order,
        "lag_count": fit.lags,
        # growth of the period right after the score is one period later
        "lead_count": fit.lag + 1,
        "correlation": fit.correlation,
        "correlation_low": low,
        "correlation_high": high,
        "p_value": fit.p_value,
    }


def unbroken(points: list[tuple]) -> list[list[tuple]]:
    """Runs of periods that follow one another, of months and of quarters apart."""
    runs: list[list[tuple]] = []
    for point in sorted(points):
        if runs and follows(runs[-1][-1], point):
            runs[-1].append(point)
        else:
            runs.append([point])
    return runs


def follows(earlier: tuple, later: tuple) -> bool:
    """Whether a point is of the period right after another."""
    years = later[1].year - earlier[1].year
    months = later[1].month - earlier[1].month
    return earlier[0] == later[0] and years * 12 + months == MONTHS[later[0]]
