"""Only what a contract documents, and what cannot be personal, is published."""

from typing import Any

import pytest

from pipelines.errors import FitmartError
from pipelines.publishing.columns import PublishedTable, published_tables


def model(schema: str = "core", **changes: Any) -> dict[str, Any]:
    return {
        "resource_type": "model",
        "schema": schema,
        "name": "dim_customers",
        "description": "One row per customer.",
        "original_file_path": "models/marts/core/dim_customers.sql",
        "config": {"meta": {}},
        "columns": {"customer_id": {"name": "customer_id", "data_type": "varchar"}},
        **changes,
    }


def column(name: str, data_type: str | None, **changes: Any) -> dict[str, Any]:
    return {name: {"name": name, "data_type": data_type, **changes}}


def tables(*nodes: dict[str, Any]) -> tuple[PublishedTable, ...]:
    manifest = {"nodes": {str(number): node for number, node in enumerate(nodes)}}
    return published_tables(manifest, personal_names=["answer_text", "body"])


@pytest.mark.parametrize("schema", ["core", "fit", "sales", "verdicts"])
def test_marts_are_published_unless_they_say_otherwise(schema: str) -> None:
    (table,) = tables(
        model(schema),
        model(schema, name="dim_hidden", config={"meta": {"is_published": False}}),
        model("staging", name="stg_crm__accounts"),
        model("intermediate", name="int_accounts_resolved"),
        model("core", name="segments", resource_type="seed"),
    )
    assert table.relation == f"{schema}.dim_customers"


@pytest.mark.parametrize("place", ["meta", "config"])
def test_a_column_says_how_it_is_published(place: str) -> None:
    def published(how: str) -> dict[str, Any]:
        meta = {"publish": how}
        return {"meta": meta} if place == "meta" else {"config": {"meta": meta}}

    columns = {
        **column("customer_id", "bigint", **published("keyed_hash")),
        **column("account_name", "varchar", **published("never")),
        **column("segment_id", "VARCHAR"),
    }
    (table,) = tables(model(columns=columns))
    assert [(one.name, one.data_type, one.is_keyed_hash) for one in table.columns] == [
        ("customer_id", "varchar", True),
        ("segment_id", "varchar", False),
    ]


@pytest.mark.parametrize(
    ("columns", "rule"),
    [
        (column("email", "varchar"), "no_personal_column_published"),
        (column("contact_e_mail", "text"), "no_personal_column_published"),
        (column("answer_text", "varchar"), "no_personal_column_published"),
        (column("body", "varchar"), "no_personal_column_published"),
        (column("lost_comment", "varchar"), "no_personal_column_published"),
        (column("phone_number", "varchar"), "no_personal_column_published"),
        (column("answers", "varchar[]"), "published_type_is_plain"),
        (column("answers", "json"), "published_type_is_plain"),
        (column("answers", "struct(a integer)"), "published_type_is_plain"),
        (column("answers", "blob"), "published_type_is_plain"),
        (column("answers", None), "published_type_is_plain"),
        (column("x", "bigint); drop table y"), "published_type_is_plain"),
        (column('x"y', "bigint"), "published_name_is_plain"),
        (column("x", "bigint", meta={"publish": "hash"}), "publish_setting_is_known"),
        (
            column("x", "bigint", meta={"publish": "never"}),
            "something_to_publish",
        ),
    ],
)
def test_what_must_not_be_published_is_an_error_that_names_the_model(
    columns: dict[str, Any], rule: str
) -> None:
    with pytest.raises(FitmartError) as caught:
        tables(model(columns=columns))
    assert caught.value.rule == rule
    assert caught.value.file == "models/marts/core/dim_customers.sql"
    assert caught.value.remedy


@pytest.mark.parametrize(
    "columns",
    [
        column("email_hash", "varchar"),
        column("email_domain", "varchar"),
        column("has_email", "boolean"),
        column("comment_count", "bigint"),
        column("amount", "decimal(18,4)"),
        column("amount", "DECIMAL(18, 4)"),
        column("at", "timestamp with time zone"),
    ],
)
def test_what_only_resembles_personal_data_is_published(
    columns: dict[str, Any],
) -> None:
    (table,) = tables(model(columns=columns))
    assert len(table.columns) == 1


def test_a_manifest_without_marts_is_an_error() -> None:
    with pytest.raises(FitmartError, match="no mart to publish"):
        tables(model("staging"))


REPORTED_COLUMNS = {
    **column("customer_id", "varchar", meta={"publish": "keyed_hash"}),
    **column("segment_id", "varchar"),
    **column("mrr_month", "date"),
    **column("mrr_amount", "decimal(18, 4)"),
}


def reporting(**declared: list[str]) -> dict[str, Any]:
    meta = {"reported": declared}
    return model(columns=REPORTED_COLUMNS, config={"meta": meta})


def test_a_mart_says_what_is_kept_of_it() -> None:
    (table,) = tables(
        reporting(keys=["mrr_month", "segment_id"], values=["mrr_amount"])
    )
    assert {one.name: one.reported_as for one in table.columns} == {
        "customer_id": None,
        "segment_id": "key",
        "mrr_month": "key",
        "mrr_amount": "value",
    }


@pytest.mark.parametrize(
    "declared",
    [
        {"keys": ["segment_id"]},
        {"values": ["mrr_amount"]},
        {"keys": ["customer_id"], "values": ["mrr_amount"]},
        {"keys": ["segment"], "values": ["mrr_amount"]},
        {"keys": ["segment_id"], "values": ["mrr_month"]},
    ],
)
def test_only_published_keys_and_numbers_are_kept(
    declared: dict[str, list[str]],
) -> None:
    with pytest.raises(FitmartError) as caught:
        tables(reporting(**declared))
    assert caught.value.rule == "reported_columns_are_published"
