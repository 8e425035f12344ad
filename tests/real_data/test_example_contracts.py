"""The example contracts are examples: each folder loads alone and says what it is."""

from itertools import takewhile
from pathlib import Path

import pytest

from pipelines.extracts.contract_files import load_contracts

EXAMPLES = Path(__file__).parents[2] / "contracts" / "examples"
FOLDERS = sorted(path for path in EXAMPLES.iterdir() if path.is_dir())
FILES = sorted(EXAMPLES.rglob("*.yml"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_each_folder_is_a_set_of_contracts_of_its_own(folder: Path) -> None:
    assert load_contracts(folder)


def test_all_folders_together_are_one_too() -> None:
    assert len(load_contracts(EXAMPLES)) == len(FILES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_contract_says_its_licence_and_where_the_data_is_published(
    path: Path,
) -> None:
    text = comment(path)
    # One of several contracts of a data set says it for all.
    other_files = (other for other in path.parent.iterdir() if other.name in text)
    texts = [text, *map(comment, other_files)]
    assert any("licence" in text.lower() or "terms" in text.lower() for text in texts)
    assert any("Published" in text or "An exercise of" in text for text in texts)


def comment(path: Path) -> str:
    """The comment that a file opens with."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return "\n".join(takewhile(lambda line: line.startswith("#"), lines))
