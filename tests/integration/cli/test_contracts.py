"""Contracts by the commands that people type: draft, check, and the exit codes."""

import gzip
from pathlib import Path

import pytest
import yaml

from pipelines.errors import FitmartError
from pipelines.extracts.contract_files import load_contracts
from pipelines.extracts.undecided import UNDECIDED
from pipelines.project import ROOT
from tests.integration.cli.conftest import LOADED, REFUSED, Fitmart
from tests.integration.ingest.conftest import HEADER, ORDERS, World

CUT_OFF = gzip.compress(b"id,at\n1,2\n" * 99, mtime=0)[:-12]


def contract_file(folder: Path, **changes: object) -> Path:
    path = folder / "orders.yml"
    path.write_text(yaml.safe_dump(ORDERS | changes, sort_keys=False))
    return path


@pytest.mark.parametrize(
    ("content", "code", "told"),
    [
        pytest.param(LOADED, 0, "time_is_readable", id="some rejects"),
        pytest.param(REFUSED, 2, "would be refused", id="too many rejects"),
        pytest.param(LOADED.replace("ordered_at", "at"), 2, "schema_drift", id="drift"),
        pytest.param("", 2, "would be refused", id="empty"),
    ],
)
def test_a_check_ends_with_2_when_the_extract_would_be_refused(
    fitmart: Fitmart, tmp_path: Path, content: str, code: int, told: str
) -> None:
    extract = tmp_path / "orders.csv"
    extract.write_text(content)
    contract = contract_file(tmp_path)
    shown = fitmart("contract", "check", contract, "--against", extract)
    assert shown.code == code
    assert told in shown.out + shown.err


def test_a_check_that_cannot_be_made_ends_with_1(
    fitmart: Fitmart, tmp_path: Path
) -> None:
    contract = contract_file(tmp_path)
    nowhere = tmp_path / "nowhere.yml"
    for arguments in (
        [nowhere],
        [tmp_path],
        [contract, "--against", tmp_path / "nowhere.csv"],
        [contract, "--against", tmp_path],
        [contract_file(tmp_path, colums={})],
    ):
        shown = fitmart("contract", "check", *arguments)
        assert shown.code == 1
        assert "remedy" in shown.err


def test_a_draft_is_checked_after_it_was_edited(
    fitmart: Fitmart, tmp_path: Path
) -> None:
    extract, draft = tmp_path / "orders.csv", tmp_path / "draft.yml"
    extract.write_text(f"{HEADER}\no1,1,2024-01-01 10:00:00,tea,1.50\n")
    arguments = ["contract", "draft", extract, "--feed", "shop.order_lines"]
    assert "contract: orders" in fitmart(*arguments).out
    assert fitmart(*arguments, "--output", draft).code == 0
    early = fitmart("contract", "check", draft, "--against", extract)
    assert (early.code, "contract_is_decided" in early.err) == (1, True)
    draft.write_text(draft.read_text().replace(UNDECIDED, "webshop"))
    shown = fitmart("contract", "check", draft, "--against", extract)
    assert (shown.code, shown.err) == (0, "")
    # A second draft must not take the place of what was edited.
    assert fitmart(*arguments, "--output", draft).code == 1
    assert "webshop" in draft.read_text()


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("orders.csv", b"", "sample_has_records"),
        ("orders.csv", "id,at\n1,2\n".encode("utf-16-le"), "sample_is_text"),
        ("orders.csv.gz", CUT_OFF, "sample_is_readable"),
        ("orders.xlsx", b"id,at\n1,2\n", "sample_is_readable"),
        ("orders.jsonl", b"id,at\n1,2\n", "sample_is_readable"),
        ("orders.parquet", b"id,at\n1,2\n", "sample_is_readable"),
    ],
    ids=["empty", "utf-16", "cut off", "no xlsx", "no jsonl", "no parquet"],
)
def test_a_draft_of_a_file_that_cannot_be_read_is_refused(
    fitmart: Fitmart, tmp_path: Path, name: str, content: bytes, rule: str
) -> None:
    extract = tmp_path / name
    extract.write_bytes(content)
    shown = fitmart("contract", "draft", extract)
    assert (shown.code, rule in shown.err) == (1, True)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "contract_schema"),
        ("- a\n", "contract_schema"),
        ("{{ a }}: 1\n", "contract_is_yaml"),
        ("a: !!python/object:os.system 1\n", "contract_is_yaml"),
        ("a: 1\na: 2\n", "contract_is_yaml"),
        ("a: [1\n", "contract_is_yaml"),
    ],
    ids=["empty", "list", "mapping as key", "tag", "key twice", "unclosed"],
)
def test_a_file_that_is_no_contract_is_named(
    fitmart: Fitmart, tmp_path: Path, text: str, rule: str
) -> None:
    path = tmp_path / "contract.yml"
    path.write_text(text)
    shown = fitmart("contract", "check", path)
    assert (shown.code, rule in shown.err) == (1, True)
    assert str(path) in shown.err


@pytest.mark.parametrize("name", [".", "nowhere.csv"])
def test_a_draft_needs_a_file(fitmart: Fitmart, tmp_path: Path, name: str) -> None:
    shown = fitmart("contract", "draft", tmp_path / name)
    assert (shown.code, "file_exists" in shown.err) == (1, True)


def test_contracts_that_are_shipped_claim_no_extract_of_others(
    fitmart: Fitmart, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CONTRACTS")
    own = [
        path
        for path in (ROOT / "contracts").rglob("*.yml")
        if path.relative_to(ROOT / "contracts").parts[0] not in ("demo", "examples")
    ]
    if own:
        assert len(load_contracts(ROOT / "contracts")) == len(own)
        return
    with pytest.raises(FitmartError, match="contracts_exist"):
        load_contracts(ROOT / "contracts")
    shown = fitmart("run", "--landing", world.settings.landing)
    assert (shown.code, "contracts_exist" in shown.err) == (1, True)


@pytest.mark.parametrize(
    ("setting", "rule"),
    [
        ("AS_OF=31.12.2026", "as_of_is_a_date"),
        ("REPORTING_TZ=Mars/Olympus", "time_zone_is_known"),
        ("MIN_FREE_MB=much", "setting_is_a_number"),
        ("SEEDS=nowhere", "seeds_exist"),
        ("LANDING=nowhere", "landing_exists"),
        ("LANDING=a-file", "landing_exists"),
        ("CONTRACTS=nowhere", "contracts_exist"),
        ("FITMART_HOME=a-file", "home_is_a_folder"),
    ],
)
def test_a_run_on_wrong_settings_stops_at_once(
    fitmart: Fitmart,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    setting: str,
    rule: str,
) -> None:
    (world.path / "a-file").write_text("not a folder")
    monkeypatch.chdir(world.path)
    name, _, value = setting.partition("=")
    monkeypatch.setenv(name, value)
    shown = fitmart("run")
    assert (shown.code, rule in shown.err) == (1, True)
