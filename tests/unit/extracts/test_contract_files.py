"""Broken contracts are refused with file, key and remedy."""

from pathlib import Path

import pytest

from pipelines.errors import FitmartError
from pipelines.extracts.contract_files import load_contract, load_contracts

GOOD = """\
contract: shop_lines
feed: shop.order_lines
source_system: shop
files: lines_*.csv
format: {type: csv}
records: {mode: append, same_record: key}
columns:
  order_id: id
  ordered_at: at
  line_amount: amount
"""
VERSIONED = GOOD.replace("records: {", "records: {version: {column: id}, ").replace(
    "  order_id: id\n", "  order_id: id\n  line_number: {constant: 1}\n"
)
UPSERT = "records: {mode: append, same_record: key}"

BROKEN = [
    ("feed: shop.order_lines", "feed: shop.orders", "feed", "feed_exists"),
    ("  order_id: id", "  number: id", "columns.number", "column_exists"),
    ("  ordered_at: at\n", "", "columns", "required_column_is_mapped"),
    ("  order_id: id\n", "", "columns", "required_column_is_mapped"),
    ("files: lines_*.csv", "files: ../*.csv", "files", "contract_schema"),
    ("files: lines_*.csv", "files: /etc/*", "files", "contract_schema"),
    ("files: lines_*.csv", "file: x", "file", "contract_schema"),
    (
        "source_system: shop",
        "source_system: My Shop",
        "source_system",
        "contract_schema",
    ),
    ("{type: csv}", "{type: docx}", "format.type", "contract_schema"),
    (
        "{type: csv}",
        "{type: csv, encoding: klingon}",
        "format.encoding",
        "contract_schema",
    ),
    ("{type: csv}", "{type: csv, header_rows: 0}", "format", "contract_schema"),
    ("{type: csv}", "{type: xlsx, delimiter: ;}", "format", "contract_schema"),
    ("same_record: key", "same_record: name", "records.same_record", "contract_schema"),
    (UPSERT, "records: {mode: upsert}", "records", "contract_schema"),
    (UPSERT, "records: {mode: append}", "records", "contract_schema"),
    (
        UPSERT,
        "records: {mode: upsert, effective_at: {file_name: '_[0-9]+'}}",
        "records.effective_at.file_name",
        "pattern_has_group",
    ),
    (
        UPSERT,
        "records: {mode: upsert, effective_at: {constant: soon}}",
        "records.effective_at.constant",
        "constant_is_readable",
    ),
    (
        "order_id: id",
        "order_id: {from: id, constant: 1}",
        "columns.order_id",
        "contract_schema",
    ),
    (
        "order_id: id",
        "order_id: {from: id, extract: '(?<=a)(b)'}",
        "columns.order_id.extract",
        "pattern_compiles",
    ),
    (
        "order_id: id",
        "order_id: {from: id, match: [{pattern: '(', value: a}]}",
        "columns.order_id.match",
        "pattern_compiles",
    ),
    (
        "ordered_at: at",
        "ordered_at: {from: at, format: '%Q'}",
        "columns.ordered_at.format",
        "format_is_known",
    ),
    (
        "ordered_at: at",
        "ordered_at: {from: at, time_zone: Mars/Base}",
        "columns.ordered_at.time_zone",
        "contract_schema",
    ),
    (
        "ordered_at: at",
        "ordered_at: {from: at, format: '%H:%M %Z'}",
        "columns.ordered_at",
        "contract_schema",
    ),
    (
        "line_amount: amount",
        "line_amount: {constant: much}",
        "columns.line_amount.constant",
        "constant_is_readable",
    ),
    (
        "line_amount: amount",
        "line_amount: {from: amount, decimal: ',', thousands: ','}",
        "columns.line_amount",
        "contract_schema",
    ),
    ("line_amount: amount", "line_amount: 0", "columns.line_amount", "contract_schema"),
    (
        "columns:",
        "survey: {questions: [{id: q, from: q, kind: other}]}\ncolumns:",
        "survey",
        "survey_fills_responses",
    ),
    (
        "columns:",
        "survey: {questions: [{id: q, from: q, kind: nps}]}\ncolumns:",
        "survey.questions.0",
        "contract_schema",
    ),
]


@pytest.mark.parametrize(("old", "new", "key", "rule"), BROKEN)
def test_a_broken_contract_names_file_key_and_remedy(
    tmp_path: Path, old: str, new: str, key: str, rule: str
) -> None:
    assert old in GOOD
    path = tmp_path / "shop" / "lines.yml"
    path.parent.mkdir()
    path.write_text(GOOD.replace(old, new), encoding="utf-8")
    with pytest.raises(FitmartError) as caught:
        load_contract(path, tmp_path)
    error = caught.value
    assert error.rule == rule
    assert error.file == "shop/lines.yml"
    assert (error.where or "").startswith(f"key {key}")
    assert error.remedy.endswith(".")


@pytest.mark.parametrize(
    ("text", "rule", "where"),
    [
        (GOOD + "\tx: 1\n", "contract_is_yaml", "line 11"),
        (GOOD + "feed: crm.accounts\n", "contract_is_yaml", "line 11"),
        ("", "contract_schema", None),
        ("- a\n", "contract_schema", None),
    ],
)
def test_what_is_not_a_contract_at_all(
    tmp_path: Path, text: str, rule: str, where: str | None
) -> None:
    path = tmp_path / "x.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FitmartError) as caught:
        load_contract(path, tmp_path)
    assert (caught.value.rule, caught.value.file) == (rule, "x.yml")
    assert caught.value.where == where


def test_a_contract_that_is_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "x.yml"
    path.write_bytes(b"description: caf\xe9\n")
    with pytest.raises(FitmartError) as caught:
        load_contract(path)
    assert (caught.value.rule, caught.value.where) == ("contract_is_text", "byte 16")


def test_yes_no_times_and_dates_in_a_contract_are_text(tmp_path: Path) -> None:
    path = tmp_path / "x.yml"
    values = "{from: t, values: {Yes: a, No: b, 12:30: c, 2020-01-01: d, 007: e}}"
    path.write_text(GOOD + f"  line_type: {values}\n", encoding="utf-8")
    source = load_contract(path).columns["line_type"]
    assert list(source.values or {}) == ["Yes", "No", "12:30", "2020-01-01", "007"]


def test_the_hash_of_the_meaning_ignores_names_and_files(tmp_path: Path) -> None:
    def meaning(text: str) -> str:
        path = tmp_path / "x.yml"
        path.write_text(text, encoding="utf-8")
        return load_contract(path).meaning_hash

    first = meaning(GOOD)
    assert meaning(GOOD.replace("shop_lines", "other")) == first
    assert meaning("# a comment\n" + GOOD.replace("lines_*", "l_*")) == first
    assert meaning(GOOD.replace("order_id: id", "order_id: {from: id}")) == first
    assert meaning(GOOD.replace("order_id: id", "order_id: number")) != first


def test_a_folder_without_contracts(tmp_path: Path) -> None:
    with pytest.raises(FitmartError) as caught:
        load_contracts(tmp_path)
    assert caught.value.rule == "contracts_exist"


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("files", "files", "contract_name_is_unique"),
        ("contract: shop_lines", "contract: others", None),
        (
            "contract: shop_lines",
            "contract: others\ndescription: in another mode",
            "modes_agree",
        ),
        (
            "contract: shop_lines",
            "contract: others\ndescription: with a version",
            "modes_agree",
        ),
    ],
)
def test_contracts_agree_with_each_other(
    tmp_path: Path, old: str, new: str, rule: str | None
) -> None:
    second = GOOD.replace(old, new)
    if "another mode" in new:
        second = second.replace("same_record: key", "same_record: extract_and_record")
    if "version" in new:
        second = VERSIONED.replace("shop_lines", "others")
    (tmp_path / "a.yml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "b.yml").write_text(second, encoding="utf-8")
    if rule is None:
        assert [c.contract for c in load_contracts(tmp_path)] == [
            "others",
            "shop_lines",
        ]
        return
    with pytest.raises(FitmartError) as caught:
        load_contracts(tmp_path)
    assert (caught.value.rule, caught.value.file) == (rule, "b.yml")


def test_lines_of_an_order_are_no_versions_of_each_other(tmp_path: Path) -> None:
    path = tmp_path / "lines.yml"
    path.write_text(VERSIONED, encoding="utf-8")
    assert load_contract(path).contract == "shop_lines"
    path.write_text(VERSIONED.replace("  line_number: {constant: 1}\n", ""))
    with pytest.raises(FitmartError) as caught:
        load_contract(path)
    assert caught.value.rule == "lines_are_numbered"
