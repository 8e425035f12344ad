"""The examples in docs/contracts.md are contracts, and no key is left out of it."""

import re
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from pipelines.extracts import contract as schema
from pipelines.extracts.contract_files import load_contract

PAGE = Path(__file__).resolve().parents[3] / "docs" / "contracts.md"
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
WHOLE = next(block for block in BLOCKS if block.startswith("contract:"))
PARTS = [
    part
    for block in BLOCKS
    if block is not WHOLE
    for part in re.split(r"(?m)^(?=\w)", block)
    if part
]
SCHEMAS = [item for item in vars(schema).values() if isinstance(item, type)]
KEYS = {
    field.alias or name
    for item in SCHEMAS
    if issubclass(item, BaseModel) and item.__module__.startswith(schema.__name__)
    for name, field in item.model_fields.items()
}


def test_the_first_example_is_a_contract(tmp_path: Path) -> None:
    path = tmp_path / "example.yml"
    path.write_text(WHOLE, encoding="utf-8")
    assert load_contract(path).feed == "shop.order_lines"


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.split(":")[0])
def test_every_other_example_fits_into_a_contract(tmp_path: Path, part: str) -> None:
    (key,) = yaml.safe_load(part)
    document = yaml.safe_load(WHOLE)
    if key == "columns":
        required = {"order_id", "ordered_at", "line_amount"}
        assert required <= set(yaml.safe_load(part)[key])
    if key == "survey":
        document["feed"] = "survey.responses"
        columns = {"response_id": 1, "survey_id": {"constant": "s"}}
        document["columns"] = columns
    document.pop(key, None)
    text = yaml.safe_dump(document, allow_unicode=True) + part
    path = tmp_path / "example.yml"
    path.write_text(text, encoding="utf-8")
    load_contract(path)


@pytest.mark.parametrize("key", sorted(KEYS))
def test_every_key_is_documented(key: str) -> None:
    assert re.search(rf"`[^`]*\b{key}\b", PAGE.read_text(encoding="utf-8"))
