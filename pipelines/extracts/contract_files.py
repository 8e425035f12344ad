"""Reading contract files: YAML that means what it says, then the schema, then its feed.

What a contract may declare is in `contract.py`; whether it fits its feed is in
`contract_checks.py`. Everything wrong is a `FitmartError` with file, key and remedy.
"""

import re
from collections.abc import Hashable
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
import yaml
from pydantic import ValidationError

from pipelines.errors import FitmartError
from pipelines.extracts.contract import Contract
from pipelines.extracts.contract_checks import (
    check_contract,
    check_contracts,
    open_judge,
)
from pipelines.extracts.undecided import check_decided
from pipelines.project import ROOT

SHIPPED = ("demo", "examples")
"""Folders of `contracts/` that come with fitmart."""

_CORE_TAGS = {
    "tag:yaml.org,2002:bool": (r"true|false", "tf"),
    "tag:yaml.org,2002:int": (r"[-+]?(0|[1-9][0-9]*)", "-+0123456789"),
    "tag:yaml.org,2002:float": (
        r"[-+]?(0|[1-9][0-9]*)\.[0-9]+",
        "-+0123456789",
    ),
    "tag:yaml.org,2002:null": (r"~|null|", ["~", "n", ""]),
    "tag:yaml.org,2002:merge": (r"<<", "<"),
}


class _ContractLoader(yaml.SafeLoader):
    """YAML without surprises: `Yes` and `12:30` are text, keys stand once."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, Any]]] = {}  # noqa: RUF012

    def construct_mapping(
        self, node: yaml.MappingNode, deep: bool = False
    ) -> dict[Hashable, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise yaml.constructor.ConstructorError(
                    None, None, "a key must be a text", key_node.start_mark
                )
            if key in seen and key_node.tag != "tag:yaml.org,2002:merge":
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key '{key}' stands twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=deep)


def _declare_core_tags() -> None:
    for tag, (pattern, first) in _CORE_TAGS.items():
        _ContractLoader.add_implicit_resolver(
            tag, re.compile(f"^(?:{pattern})$"), list(first)
        )


_declare_core_tags()


def load_contracts(folder: Path) -> tuple[Contract, ...]:
    """All contracts of a folder and its subfolders, validated, ordered by name.

    Of the folder of this repository only what its users wrote: an example must not
    claim a file of theirs.

    Raises:
        FitmartError: A file is not a contract; names file, key and remedy.
    """
    found = (*folder.rglob("*.yml"), *folder.rglob("*.yaml"))
    paths = sorted(path for path in found if not _is_shipped(path, folder))
    if not paths:
        raise FitmartError(
            "there is no contract",
            file=str(folder),
            rule="contracts_exist",
            remedy="Write one there, let `fitmart contract draft FILE` propose one, or "
            "name the folder of yours with CONTRACTS.",
        )
    states = tuple(
        (path, path.stat().st_mtime_ns, path.stat().st_size) for path in paths
    )
    return _load_files(folder, states)


def _is_shipped(path: Path, folder: Path) -> bool:
    top = path.relative_to(folder).parts[0]
    return folder == ROOT / "contracts" and top in SHIPPED


@lru_cache(maxsize=8)
def _load_files(
    folder: Path, states: tuple[tuple[Path, int, int], ...]
) -> tuple[Contract, ...]:
    """The contracts of files in a known state: a run asks for them several times."""
    with open_judge() as judge:
        contracts = {
            str(path.relative_to(folder)): _load_file(path, folder, judge)
            for path, _, _ in states
        }
    check_contracts(contracts)
    return tuple(sorted(contracts.values(), key=lambda contract: contract.contract))


def load_contract(path: Path, folder: Path | None = None) -> Contract:
    """One contract, validated against its feed.

    Args:
        path: The contract file.
        folder: Errors name the file relative to this folder.

    Raises:
        FitmartError: It is not a contract; names file, key and remedy.
    """
    with open_judge() as judge:
        return _load_file(path, folder, judge)


def _load_file(
    path: Path, folder: Path | None, judge: duckdb.DuckDBPyConnection
) -> Contract:
    shown = str(path.relative_to(folder)) if folder else str(path)
    document = _document(path, shown)
    check_decided(document, shown)
    contract = _validated(document, shown)
    check_contract(contract, shown, judge)
    return contract


def _document(path: Path, shown: str) -> Any:
    try:
        text = path.read_text(encoding="utf-8")
        return yaml.load(text, Loader=_ContractLoader)
    except UnicodeDecodeError as error:
        raise FitmartError(
            "this is not text in UTF-8",
            file=shown,
            where=f"byte {error.start}",
            rule="contract_is_text",
            remedy="Save the contract as UTF-8.",
        ) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        raise FitmartError(
            f"this is not YAML: {problem}",
            file=shown,
            where=f"line {mark.line + 1}" if mark else None,
            rule="contract_is_yaml",
            remedy="Mend that line: each key once, texts with : or # in quotes.",
        ) from error


def _validated(document: Any, shown: str) -> Contract:
    if not isinstance(document, dict):
        raise FitmartError(
            "this holds no contract",
            file=shown,
            rule="contract_schema",
            remedy="Begin with keys such as `contract:` and `feed:`; "
            "docs/contracts.md has an example.",
        )
    try:
        return Contract.model_validate(document)
    except ValidationError as error:
        items = error.errors()
        raise FitmartError(
            "; ".join(_sentence(item) for item in items),
            file=shown,
            where=f"key {_place(items[0])}" if items[0]["loc"] else None,
            rule="contract_schema",
            remedy="See docs/contracts.md for every key and an example.",
        ) from error


def _place(item: Any) -> str:
    return ".".join(str(part) for part in item["loc"])


def _sentence(item: Any) -> str:
    message = str(item["msg"]).removeprefix("Value error, ")
    return f"{_place(item)}: {message}" if item["loc"] else message
