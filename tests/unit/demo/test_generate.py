"""What the generator writes: always the same bytes, and nothing that must not be."""

import csv
import hashlib
import json
from pathlib import Path

import pytest

from pipelines.demo.generate import generate
from pipelines.demo.rehearse import CONTRACTS
from pipelines.demo.truth import Truth
from pipelines.errors import FitmartError
from pipelines.extracts.contract_files import load_contracts
from pipelines.extracts.landing import claims, list_landing


def digests(out: Path) -> dict[str, str]:
    return {
        str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file()
    }


@pytest.mark.slow
@pytest.mark.parametrize("threads", [1, 4])
def test_bytes_are_the_same_with_any_number_of_threads(
    threads: int, small_demo: Path, tmp_path: Path
) -> None:
    generate(tmp_path, seed=3, scale=0.02, months=12, threads=threads)
    assert digests(tmp_path) == digests(small_demo)


def test_another_seed_is_another_company(small_demo: Path, tmp_path: Path) -> None:
    generate(tmp_path, seed=4, scale=0.02, months=12, increments=False)
    here, there = digests(tmp_path), digests(small_demo)
    path = "initial/crm/accounts_20251229.csv"
    assert here[path] != there[path]
    assert not any(name.startswith("increments") for name in here)


def test_every_extract_is_claimed_by_one_contract(small_demo: Path) -> None:
    contracts = load_contracts(CONTRACTS)
    used = set()
    drops = [small_demo / "initial", *(small_demo / "increments").iterdir()]
    for drop in drops:
        for file in list_landing(drop):
            claimed = [one.contract for one in contracts if claims(one, file)]
            assert len(claimed) == 1, file.relative_path
            used.update(claimed)
    assert used == {one.contract for one in contracts} - {
        # the tool before the last year's: this company is a year old
        "demo_survey_formpilot_responses",
        "demo_survey_formpilot_invitations",
    }


def test_truth_is_claimed_by_no_contract(small_demo: Path) -> None:
    contracts = load_contracts(CONTRACTS)
    (truth,) = [
        file for file in list_landing(small_demo) if file.path.name == "truth.json"
    ]
    assert not any(claims(one, truth) for one in contracts)


def test_truth_names_every_file(small_demo: Path) -> None:
    told = {
        f"{file['drop']}/{file['path']}"
        for stage in Truth.read(small_demo / "truth.json").stages
        for file in stage["files"]
    }
    assert told == set(digests(small_demo)) - {"truth.json"}


def test_people_live_under_reserved_domains_only(small_demo: Path) -> None:
    path = small_demo / "initial" / "crm" / "contacts_20251229.csv"
    with path.open(encoding="utf-8", newline="") as file:
        emails = [row["Email"] for row in csv.DictReader(file)]
    assert len(emails) > 100
    assert all(
        email.endswith((".example.com", "@inbox.example.org")) for email in emails
    )


def test_archives_carry_no_time(small_demo: Path) -> None:
    paths = sorted((small_demo / "initial" / "shop").glob("*.gz"))
    assert len(paths) == 13
    assert {path.read_bytes()[4:8] for path in paths} == {b"\0\0\0\0"}


def test_first_survey_tool_writes_three_header_rows_and_a_mark(tmp_path: Path) -> None:
    generate(tmp_path, scale=0.02, months=24, increments=False)
    folder = tmp_path / "initial" / "surveys" / "formpilot"
    path = sorted(folder.glob("export_*.csv"))[-1]
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        names, texts, imports, *answers = list(csv.reader(file))
    assert names[:2] == ["StartDate", "EndDate"]
    assert texts[0] == "Start Date"
    assert json.loads(imports[0]) == {"ImportId": "startDate"}
    assert answers
    assert {len(row) for row in answers} == {len(names)}


def test_another_folder_is_never_cleared(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep", encoding="utf-8")
    with pytest.raises(FitmartError, match="demo_folder_is_a_demo"):
        generate(tmp_path, scale=0.02, months=6)
    assert (tmp_path / "mine.txt").exists()


@pytest.mark.parametrize(
    ("argument", "value"),
    [("scale", 0.001), ("scale", float("nan")), ("months", 5), ("segments", 0)],
)
def test_impossible_sizes_are_refused(
    tmp_path: Path, argument: str, value: float
) -> None:
    with pytest.raises(FitmartError, match="demo_size_is_possible"):
        generate(tmp_path, **{argument: value})  # type: ignore[arg-type]
