"""A publication with the columns that our marts declare and rows that a test plants.

No dbt runs: what a page shows is held against rows that were written here.
"""

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import yaml

from pipelines.publishing.meta import META_TABLES

ROOT = Path(__file__).resolve().parents[3]
AS_OF = date(2026, 1, 1)
NASTY = "<script>window.hacked=1;alert(1)</script>"
QUOTED = 'Dent\'s "fine" & co </script><img src=x onerror=window.hacked=1>'
PLAIN = "plain_segment"
SEGMENTS = (NASTY, QUOTED, PLAIN)
QUARTERS = [(year, quarter) for year in (2024, 2025) for quarter in (1, 2, 3, 4)]


class Planted:
    """A publication file that is being written."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.connection = duckdb.connect(str(file))
        self.marts = declared_marts()
        for schema in {name.partition(".")[0] for name in self.marts} | {"meta"}:
            self.connection.execute(f"create schema {schema}")
        tables = {f"meta.{name}": columns for name, columns in META_TABLES.items()}
        for relation, columns in {**self.marts, **tables}.items():
            declared = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
            self.connection.execute(f"create table {relation} ({declared})")
        self.add(
            "meta.publication",
            publication_id="20260101T000000000000Z_0123456789",
            run_id="run-1",
            as_of=AS_OF,
            created_at=datetime(2026, 1, 1, 5),  # noqa: DTZ001 (UTC, as stored)
            code_version="abc",
            reporting_tz="UTC",
            reporting_currency="EUR",
            duckdb_version="2.0.0",
            fingerprint="0",
        )
        for relation in self.marts:
            schema, name = relation.split(".")
            self.add(
                "meta.tables",
                schema_name=schema,
                table_name=name,
                row_count=0,
                description=f"One row per row of {name}. Must not be <b>used</b>.",
            )

    def add(self, relation: str, **columns: Any) -> None:
        """Write one row; the columns that are not named are NULL."""
        names = ", ".join(f'"{name}"' for name in columns)
        places = ", ".join("?" for _ in columns)
        self.connection.execute(
            f"insert into {relation} ({names}) values ({places})",
            list(columns.values()),
        )

    def close(self) -> Path:
        """Finish the file."""
        self.connection.close()
        return self.file


def declared_marts() -> dict[str, dict[str, str]]:
    """Columns of every mart, from its contract."""
    marts = {}
    for file in sorted((ROOT / "models/marts").rglob("*.yml")):
        schema = file.relative_to(ROOT / "models/marts").parts[0]
        for model in yaml.safe_load(file.read_text()).get("models", []):
            marts[f"{schema}.{model['name']}"] = {
                column["name"]: column["data_type"] for column in model["columns"]
            }
    return marts


def rate(numerator: float, denominator: float, width: float = 0.1) -> dict[str, Any]:
    """A rate with an interval around it."""
    estimate = numerator / denominator
    return {
        "numerator": numerator,
        "denominator": denominator,
        "estimate": estimate,
        "ci_low": max(0.0, estimate - width),
        "ci_high": min(1.0, estimate + width),
        "n_effective": denominator,
        "is_min_n_met": denominator >= 30,
    }


def plant(file: Path, segments: Sequence[str] = SEGMENTS) -> Path:
    """Write a publication in which every section has something to show."""
    planted = Planted(file)
    planted.add(
        "core.dim_segments",
        segment_id="all",
        segment_name="All segments",
        is_declared=True,
        is_total=True,
    )
    for number, segment in enumerate(segments):
        planted.add(
            "core.dim_segments",
            segment_id=segment,
            segment_name=segment,
            is_declared=False,
            is_total=False,
        )
        for customer in range(len(segments) - number):
            planted.add(
                "core.dim_customers",
                customer_key=f"{number}-{customer}",
                segment_id=segment,
            )
    for number, segment in enumerate(("all", *segments)):
        _plant_fit(planted, segment, number)
        _plant_sales(planted, segment, number)
        _plant_verdicts(planted, segment, number)
    _plant_company(planted)
    return planted.close()


def _plant_fit(planted: Planted, segment: str, number: int) -> None:
    for year, quarter in QUARTERS:
        for weighting in ("none", "logo", "mrr"):
            planted.add(
                "fit.fit_pmf_score__segment_wave",
                segment_id=segment,
                survey_id="pulse",
                wave_id=f"pulse:{year}Q{quarter}",
                question_family="pmf",
                weighting=weighting,
                verdict="undetermined",
                answered=40 + number,
                threshold_rate=0.4,
                is_complete=True,
                opens_date=date(year, 3 * quarter - 2, 1),
                **rate(17 + quarter, 40 + number),
            )
    for age in range(13):
        shared = {"segment_id": segment, **rate(100 - 3 * age - number, 100)}
        planted.add(
            "fit.fit_survival__segment_month",
            contract_type="all",
            survival_basis="month",
            age=age,
            at_risk_count=100 - age,
            event_count=3,
            **shared,
        )
        planted.add(
            "fit.fit_logo_retention__cohort_month",
            activity_basis="contract",
            cohort_label="all",
            age_months=age,
            **shared,
        )
    planted.add(
        "fit.fit_retention_plateau__segment",
        segment_id=segment,
        activity_basis="contract",
        plateau="flat",
        **rate(5, 90),
    )
    for theme in ("exports", NASTY):
        planted.add(
            "fit.fit_feedback_themes__month",
            segment_id=segment,
            theme=theme,
            period_label="all",
            mention_count=12,
            customer_count=10,
            mrr_amount=1000,
            **rate(12, 60),
        )


def _plant_sales(planted: Planted, segment: str, number: int) -> None:
    for month in range(1, 13):
        planted.add(
            "sales.sales_mrr_waterfall__month",
            segment_id=segment,
            currency_code="EUR",
            mrr_month=date(2025, month, 1),
            opening_mrr_amount=1000 + 100 * month,
            closing_mrr_amount=1100 + 100 * month,
            new_amount=150 + number,
            expansion_amount=10,
            churn_amount=-60 - number,
            closing_customer_count=50 + month,
            **dict.fromkeys(
                (
                    "taken_over_amount",
                    "reactivation_amount",
                    "returned_amount",
                    "contraction_amount",
                    "transfer_amount",
                    "fx_amount",
                ),
                0,
            ),
        )
        planted.add(
            "verdicts.verdict_surge_and_fade__month",
            segment_id=segment,
            acquired_month=date(2025, month, 1),
            new_customer_count=60 if month == 6 else 20,
            median_count=20.5,
            z_score=8.5 if month == 6 else 0.1,
            is_assessable=True,
            is_surge=month == 6,
        )
        planted.add(
            "verdicts.verdict_word_of_mouth__month",
            segment_id=segment,
            window_months=12,
            end_month=date(2025, month, 1),
            new_customer_count=240,
            **rate(40 + month, 200),
        )
    deals = {"segment_id": segment, "opportunity_type": "new"}
    planted.add(
        "sales.sales_win_rate__month",
        period_label="all",
        measure="count",
        **deals,
        **rate(60, 180),
    )
    cohort = {**deals, "horizon_days": 180, "is_horizon_over": True}
    planted.add(
        "sales.sales_win_rate__cohort_quarter",
        cohort_label="all",
        closed_rate=0.33,
        **cohort,
        **rate(50, 220),
    )
    for year, quarter in QUARTERS:
        planted.add(
            "sales.sales_win_rate__cohort_quarter",
            cohort_label=f"{year}-Q{quarter}",
            cohort_quarter=date(year, 3 * quarter - 2, 1),
            closed_rate=0.35,
            **cohort,
            **rate(8 + number, 40),
        )
        planted.add(
            "sales.sales_magic_number__quarter",
            segment_id=segment,
            quarter_start_date=date(year, 3 * quarter - 2, 1),
            magic_number=1.5 + quarter / 10,
            pooled_magic_number=1.7,
            revenue_change_amount=1000,
            previous_spend_amount=700,
        )
    planted.add(
        "sales.sales_coverage__quarter",
        segment_id=segment,
        quarter_label="2026-Q1",
        measured_at="as_of",
        period_start=date(2026, 1, 1),
        is_complete=False,
        target_amount=50000,
        open_amount=90000,
        open_deal_count=30,
        coverage=1.8,
        required_coverage=3.1,
    )
    for channel in ("referral", "organic", "paid"):
        planted.add(
            "sales.sales_channel_share__month",
            segment_id=segment,
            period_label="all",
            source_basis="first_touch",
            population="known",
            channel_group=channel,
            **rate(20 + number, 70),
        )


def _plant_verdicts(planted: Planted, segment: str, number: int) -> None:
    item = {
        "name": "score",
        "mart": "fit.fit_pmf_score__segment_wave",
        "filter": "wave_id = 'pulse:2025Q4' and weighting = 'logo' and segment_id = '"
        + segment.replace("'", "''")
        + "'",
        "column": "estimate",
        "estimate": 21 / (40 + number),
        "ci_low": 0.38,
        "ci_high": 0.61,
        "numerator": 21,
        "denominator": 40 + number,
        "n": 40 + number,
    }
    limit = {
        "threshold_id": "pmf_share",
        "value": 0.4,
        "unit": "share",
        "kind": "folklore",
        "provenance": "Sean Ellis 2009",
        "evidence": "None",
    }
    shared = {
        "segment_id": segment,
        "reason": f"the interval holds 40 % for {segment}",
        "needed_count": 134,
        "needed_unit": "answers",
        "evidence": json.dumps([item]),
        "thresholds": json.dumps([limit]),
        "is_current": True,
        "as_of_date": AS_OF,
    }
    verdict = ("undetermined", "above", "below", "undetermined")[number % 4]
    planted.add(
        "verdicts.verdict_fit_by_segment",
        verdict=verdict,
        fit_basis="pmf",
        threshold_rate=0.4,
        **rate(21, 40 + number),
        **shared,
    )
    planted.add(
        "verdicts.verdict_fit_sales_quadrant",
        verdict="scale" if verdict == "above" else "undetermined",
        fit_basis="pmf",
        fit_estimate=21 / (40 + number),
        fit_ci_low=0.38,
        fit_ci_high=0.61,
        rate_ratio=1.5,
        rate_ratio_low=0.824,
        rate_ratio_high=2.787,
        customer_count=30,
        compared_customer_count=20,
        **shared,
    )
    planted.add(
        "verdicts.verdict_scale_readiness__criterion",
        criterion="product_market_fit",
        criterion_number=1,
        verdict="undetermined",
        threshold_value=0.4,
        estimate=0.5,
        **shared,
    )
    release = {
        **shared,
        "release_name": NASTY,
        "released_date": date(2025, 6, 1),
        "estimate": -0.05,
        "ci_low": -0.1,
        "ci_high": 0.02,
    }
    planted.add(
        "verdicts.verdict_feedback_loop", theme=NASTY, verdict="answered", **release
    )
    planted.add(
        "verdicts.verdict_release_impact",
        measure="pmf_score",
        verdict="no_material_change",
        **release,
    )
    episode = {
        "segment_id": segment,
        "episode_label": "2025-06",
        "contract_type": "monthly",
        "horizon_months": 3,
        "estimate": -0.3,
        "ci_low": -0.4021,
        "ci_high": -0.19,
    }
    planted.add(
        "verdicts.verdict_surge_and_fade",
        verdict="surge_without_fit",
        surge_retained_rate=0.45,
        base_retained_rate=0.75,
        surge_customer_count=120,
        base_customer_count=200,
        **{**shared, **episode},
    )
    planted.add(
        "verdicts.verdict_surge_and_fade__horizon",
        surge_retained_rate=0.45,
        surge_ci_low=0.36,
        surge_ci_high=0.54,
        base_retained_rate=0.75,
        base_ci_low=0.69,
        base_ci_high=0.81,
        surge_customer_count=120,
        base_customer_count=200,
        is_complete=True,
        **episode,
    )


def _plant_company(planted: Planted) -> None:
    for day in (date(2025, 10, 31), date(2025, 11, 30), date(2025, 12, 31)):
        for stage, pipeline in (("all", "all"), ("Demo", "std"), (NASTY, "std")):
            planted.add(
                "sales.sales_pipeline__day",
                segment_id="all",
                opportunity_type="all",
                pipeline=pipeline,
                stage=stage,
                currency_code="EUR",
                open_amount=1000,
                qualified_amount=500,
                open_deal_count=9,
                calendar_date=day,
            )
    planted.add(
        "verdicts.verdict_investment_balance",
        segment_id="all",
        verdict="described",
        reason="more went to sales than in the reference",
        sales_and_marketing_amount=700,
        product_amount=300,
        sales_share_rate=0.7,
        reference_rate=0.649,
        spend_month=date(2025, 12, 1),
        is_current=True,
    )
    planted.add(
        "meta.extracts",
        feed="crm.accounts",
        source_system=NASTY,
        status="loaded",
        extract_count=1,
        records_in_file=401,
        loaded_count=400,
        rejected_count=1,
        superseded_count=0,
    )
    planted.add(
        "meta.rejects",
        feed="crm.accounts",
        source_system="crm",
        column_name="created_at",
        rule="time_is_readable",
        record_count=1,
    )
    planted.add(
        "meta.checks",
        check_name="not_null",
        kind="data_test",
        about="core.dim_customers",
        status="warn",
        failure_count=2,
    )
    planted.add(
        "core.fct_exclusions",
        feed="shop.orders",
        source_system="shop",
        exclusion_reason="no_net_value",
        record_count=7,
    )
