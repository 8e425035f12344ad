"""docs/contracts.md knows every key that a contract may have, and its example loads."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from pipelines.extracts import contract
from pipelines.extracts.contract_files import load_contract

TEXT = (Path(__file__).parents[2] / "docs" / "contracts.md").read_text(encoding="utf-8")
MODELS = [
    contract.Contract,
    contract.FileFormat,
    contract.Records,
    contract.Version,
    contract.EffectiveAt,
    contract.DeletedWhen,
    contract.ColumnSource,
    contract.Match,
    contract.Survey,
    contract.Question,
    contract.Scale,
    contract.Drift,
    contract.Expected,
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_is_documented(model: type[BaseModel]) -> None:
    keys = {field.alias or name for name, field in model.model_fields.items()}
    assert {key for key in keys if f"`{key}`" not in TEXT} == set()


def test_the_example_is_a_contract(tmp_path: Path) -> None:
    example = TEXT.split("```yaml\n")[1].split("```")[0]
    path = tmp_path / "example.yml"
    path.write_text(example, encoding="utf-8")
    assert load_contract(path).feed == "shop.order_lines"
