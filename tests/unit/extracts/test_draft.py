"""A drafted contract is valid once a person has decided what it cannot know."""

import gzip
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.errors import FitmartError
from pipelines.extracts.contract import Contract
from pipelines.extracts.contract_files import load_contract
from pipelines.extracts.draft import draft_contract
from pipelines.extracts.feed import load_feeds
from pipelines.extracts.undecided import UNDECIDED

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
CONSTANTS: dict[str, Any] = {
    "date": "2000-01-01",
    "instant": "2000-01-01",
    "money": 0,
    "number": 0,
    "integer": 0,
    "boolean": False,
    "text": "x",
}
LINES = "InvoiceNo;InvoiceDate;Quantity;Price;E-mail\n"


def drafted(tmp_path: Path, text: str, feed: str | None = None) -> tuple[str, Contract]:
    extract = tmp_path / "order_lines_2024-01.csv"
    extract.write_text(text, encoding="utf-8")
    return loaded(tmp_path, extract, feed)


def loaded(tmp_path: Path, extract: Path, feed: str | None) -> tuple[str, Contract]:
    draft = draft_contract(extract, feed)
    path = tmp_path / "draft.yml"
    path.write_text(draft, encoding="utf-8")
    with pytest.raises(FitmartError) as caught:
        load_contract(path)
    assert caught.value.rule == "contract_is_decided"
    path.write_text(decided(draft), encoding="utf-8")
    return draft, load_contract(path)


def decided(draft: str) -> str:
    """What a person may make of a draft, with a constant for each missing column."""
    contract = yaml.safe_load(draft)
    contract["source_system"] = "my_tool"
    feed = load_feeds()[contract["feed"]]
    for name, source in contract["columns"].items():
        if source == UNDECIDED:
            value = CONSTANTS[feed.columns[name].type]
            contract["columns"][name] = {"constant": value}
        elif source.get("format") == UNDECIDED:
            source["format"] = "%d/%m/%Y"
    return yaml.safe_dump(contract, allow_unicode=True, sort_keys=False)


def test_a_draft_of_a_semicolon_file(tmp_path: Path) -> None:
    text = LINES + "1;31/01/2024;2;12,50;a@b.org\n2;15/02/2024;1;1.000,00;c@d.org\n"
    draft, contract = drafted(tmp_path, text, "shop.order_lines")
    assert contract.format.delimiter == ";"
    assert contract.files == ("order_lines_*.csv",)
    assert contract.columns["order_id"].from_ == "InvoiceNo"
    assert contract.columns["ordered_at"].format == "%d/%m/%Y"
    assert contract.columns["line_amount"].decimal == ","
    assert '"E-mail"; e-mail addresses' in draft


def test_an_ambiguous_date_is_asked_and_not_settled(tmp_path: Path) -> None:
    text = LINES + "1;01/02/2024;2;12;x\n2;03/04/2024;1;1;x\n"
    draft, _ = drafted(tmp_path, text, "shop.order_lines")
    assert f"ordered_at: {{from: InvoiceDate, format: {UNDECIDED}}}" in draft
    assert "Day or month first?" in draft


def test_a_required_column_that_was_not_found_is_asked(tmp_path: Path) -> None:
    draft, _ = drafted(tmp_path, "colour,taste\nred,sweet\n", "crm.campaigns")
    assert "required, not found" in draft
    assert '"colour"' in draft


def test_every_open_key_of_an_unedited_draft_is_named(tmp_path: Path) -> None:
    extract, path = tmp_path / "sweets.csv", tmp_path / "draft.yml"
    extract.write_text("colour,order date\nred,01/02/2024\nblue,03/04/2024\n")
    path.write_text(draft_contract(extract, "shop.order_lines"), encoding="utf-8")
    with pytest.raises(FitmartError) as caught:
        load_contract(path)
    needed = [n for n, one in load_feeds()["shop.order_lines"].columns.items()
              if one.required and n != "ordered_at"]  # fmt: skip
    assert needed
    for key in ("source_system", "columns.ordered_at.format",
                *(f"columns.{name}" for name in needed)):  # fmt: skip
        assert key in caught.value.problem
    assert UNDECIDED in str(caught.value.remedy)


def test_the_words_of_a_placeholder_may_be_data(tmp_path: Path) -> None:
    text = "order_id,ordered_at,line_amount\n1,2024-01-31,2\n"
    draft, _ = drafted(tmp_path, text, "shop.order_lines")
    path = tmp_path / "draft.yml"
    values = {"from": "order_id", "na": [UNDECIDED], "values": {UNDECIDED: "open"}}
    document = yaml.safe_load(decided(draft))
    document["columns"]["order_id"] = values
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    assert load_contract(path).columns["order_id"].na == (UNDECIDED,)


def test_a_compressed_file_in_windows_1252(tmp_path: Path) -> None:
    extract = tmp_path / "accounts.csv.gz"
    extract.write_bytes(
        gzip.compress("account_id,industry\n1,caf\xe9\n".encode("cp1252"))
    )
    _, contract = loaded(tmp_path, extract, None)
    assert contract.feed == "crm.accounts"
    assert contract.format.encoding == "windows-1252"


def test_nested_json_lines(tmp_path: Path) -> None:
    extract = tmp_path / "contacts.jsonl"
    extract.write_text('{"contact_id": 1, "who": {"role": "cto"}}\n', encoding="utf-8")
    _, contract = loaded(tmp_path, extract, "crm.contacts")
    assert contract.format.type == "jsonl"
    assert contract.columns["contact_id"].from_ == "contact_id"


def test_a_name_that_stands_twice_is_drafted_by_position(tmp_path: Path) -> None:
    text = "order_id,ordered_at,line_amount,channel,channel\n1,2024-01-31,2,a,b\n"
    _, contract = drafted(tmp_path, text, "shop.order_lines")
    assert contract.columns["channel"].from_ in (4, 5)


@pytest.mark.parametrize(("text", "rule"), [("", "sample_has_records")])
def test_an_empty_file_cannot_be_drafted(tmp_path: Path, text: str, rule: str) -> None:
    with pytest.raises(FitmartError) as caught:
        drafted(tmp_path, text)
    assert caught.value.rule == rule


def test_columns_named_by_questions_are_a_survey(tmp_path: Path) -> None:
    text = "Timestamp,Would you recommend us?,Why do you?\n2024-01-31,9,x\n"
    draft, contract = drafted(tmp_path, text)
    assert contract.feed == "survey.responses"
    assert contract.columns["submitted_at"].from_ == "Timestamp"
    assert "# survey:" in draft


def test_an_unknown_feed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FitmartError) as caught:
        drafted(tmp_path, "a,b\n1,x\n", "shop.carts")
    assert caught.value.rule == "feed_exists"


REAL = {
    "orders_online_retail/online_retail_2010-12.csv": "shop.order_lines",
    "orders_cdnow_sample/CDNOW_sample.txt": "shop.order_lines",
    "crm_opportunities/accounts.csv": "crm.accounts",
    "crm_opportunities/sales_pipeline_to_2017-03.csv": "crm.opportunities",
    "crm_opportunities/sales_teams.csv": "crm.owners",
    "survey_nps_garden_centre/nps_first_1000.csv": "survey.responses",
    "survey_nps_garden_centre/perso_brands.csv": "survey.responses",
    "survey_spack/spack-user-survey-2020-responses.csv": "survey.responses",
    "survey_spack/spack-user-survey-2020-responses.xlsx": "survey.responses",
    "survey_spack/spack-user-survey-2022-responses.csv": "survey.responses",
    "survey_dask/2019-user-survey-results.csv": "survey.responses",
    "survey_dask/2020-user-survey-results.csv": "survey.responses",
    "survey_mybinder/mybinder.org-user-survey-feb-2020.csv": "survey.responses",
    "survey_stacks/results-anonymized-randomized.csv": "survey.responses",
    "survey_surveymonkey_todo/2020_results.csv": "survey.responses",
    "survey_qualtrics/sample.csv": "survey.responses",
    "survey_qualtrics/sample_legacy.csv": "survey.responses",
    "survey_preppin/case_040/input_01.csv": "survey.responses",
    "survey_preppin/case_122/input_01.csv": "survey.responses",
}


@pytest.mark.real_data
@pytest.mark.parametrize(("name", "feed"), REAL.items())
def test_the_draft_of_a_real_file_validates(
    tmp_path: Path, name: str, feed: str
) -> None:
    if not (DATA / name).exists():
        pytest.skip("the public data sets are not beside the checkout")
    _, contract = loaded(tmp_path, DATA / name, feed)
    assert contract.feed == feed
    loaded(tmp_path, DATA / name, None)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("survey_qualtrics/sample.csv", {"skip_rows_after_header": 2}),
        ("survey_qualtrics/sample_legacy.csv", {"skip_rows_after_header": 1}),
        ("survey_surveymonkey_todo/2020_results.csv", {"header_rows": 2}),
        ("survey_nps_garden_centre/nps_first_1000.csv", {"encoding": "windows-1252"}),
        ("orders_cdnow_sample/CDNOW_sample.txt", {"delimiter": "whitespace"}),
    ],
)
def test_the_form_of_a_real_file_is_noticed(
    tmp_path: Path, name: str, keys: dict[str, object]
) -> None:
    if not (DATA / name).exists():
        pytest.skip("the public data sets are not beside the checkout")
    _, contract = loaded(tmp_path, DATA / name, None)
    found = contract.format.model_dump()
    assert {key: found[key] for key in keys} == keys


GERMAN = (
    "Bestellnr;Datum;Betrag\nB1;31.08.2026 09:05;1.158,98\nB2;30.08.2026 18:03;7,50\n"
)


def test_what_found_no_place_is_told_with_how_it_could_be_read(tmp_path: Path) -> None:
    draft, _ = drafted(tmp_path, GERMAN, "shop.order_lines")
    assert "#   \"Datum\"; times: {from: Datum, format: '%d.%m.%Y %H:%M'}" in draft
    assert (
        "#   \"Betrag\"; numbers: {from: Betrag, decimal: ',', thousands: .}" in draft
    )
    assert "1.158,98" not in draft, "a contract is kept with the code, values are not"


def test_a_feed_that_nothing_speaks_for_is_asked_for(tmp_path: Path) -> None:
    draft, _ = drafted(tmp_path, GERMAN)
    assert "name yours with --feed" in draft
    assert "guessed" not in draft
