"""Which marts and which of their columns are published: what the manifest allows.

Deny by default: a column that no contract documents, or whose type or name could hold
an address or free text, is not written. What the values are is `write.py`'s business,
which looks at them once more.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

from pipelines.errors import FitmartError
from pipelines.extracts.feed import load_feeds

PUBLISHED_SCHEMAS = ("core", "fit", "sales", "verdicts")

IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,62}")
PUBLISHABLE_TYPE = re.compile(
    r"varchar|text|boolean|date|double|real|(tiny|small|big|huge)?int|integer"
    r"|(decimal|numeric)( ?\( ?\d+ ?, ?\d+ ?\))?"
    r"|timestamp|timestamptz|timestamp with time zone"
)
TEXT_TYPES = ("varchar", "text")
REPORTABLE_TYPE = re.compile(
    r"varchar|text|double|real|(tiny|small|big|huge)?int|integer|(decimal|numeric)\b.*"
)
PERSONAL_NAME = re.compile(
    r"(^|_)(e_?mail|phone|verbatim|comment|comments|free_text)(_address|_number)?$"
)


ReportedAs = Literal["key", "value"]
"""What a column is in the history of what was reported: of which row, or how much."""


@dataclass(frozen=True)
class PublishedColumn:
    """One column that readers will see.

    Args:
        data_type: Its SQL type in the publication.
        is_keyed_hash: Readers see the keyed hash of the value.
        reported_as: Its part in what `reported.py` keeps of every publication.
    """

    name: str
    data_type: str
    description: str
    is_keyed_hash: bool = False
    reported_as: ReportedAs | None = None

    @property
    def is_text(self) -> bool:
        """Whether readers see text as it stands in the build."""
        return self.data_type in TEXT_TYPES and not self.is_keyed_hash


@dataclass(frozen=True)
class PublishedTable:
    """One mart as readers will see it.

    Args:
        reads_history: It tells of earlier publications, so that the next run has other
            rows of it even where nothing else has changed.
    """

    schema: str
    name: str
    description: str
    columns: tuple[PublishedColumn, ...]
    reads_history: bool = False

    @property
    def relation(self) -> str:
        """Schema and name, such as `core.dim_customers`."""
        return f"{self.schema}.{self.name}"


def published_tables(
    manifest: Mapping[str, Any], personal_names: Iterable[str]
) -> tuple[PublishedTable, ...]:
    """The marts to publish, by schema and name, as the manifest allows them.

    Args:
        manifest: dbt's manifest.
        personal_names: Feed columns that hold addresses or free text; a text column
            of such a name is published as a keyed hash or not at all.

    Raises:
        FitmartError: A mart declares something that must not be published, or
            nothing at all is to be published.
    """
    personal = frozenset(personal_names)
    tables = [
        _table(node, personal)
        for node in manifest["nodes"].values()
        if is_published(node)
    ]
    if not tables:
        raise FitmartError(
            "the manifest has no mart to publish",
            rule="something_to_publish",
            remedy=f"Add a model in one of the schemas {', '.join(PUBLISHED_SCHEMAS)}.",
        )
    return tuple(sorted(tables, key=lambda table: table.relation))


@cache
def personal_names() -> frozenset[str]:
    """Feed columns that hold addresses or free text."""
    return frozenset(
        name
        for feed in load_feeds().values()
        for name, column in feed.columns.items()
        if column.personal in ("email", "free_text")
    )


def is_published(node: Mapping[str, Any]) -> bool:
    """Whether a node of the manifest is a mart that readers see."""
    is_mart = node["resource_type"] == "model" and node["schema"] in PUBLISHED_SCHEMAS
    return is_mart and meta_of(node).get("is_published", True) is not False


def _table(node: Mapping[str, Any], personal: frozenset[str]) -> PublishedTable:
    name = _identifier(node.get("alias") or node["name"], node)
    columns = tuple(
        _column(column, node, personal)
        for column in node["columns"].values()
        if meta_of(column).get("publish") != "never"
    )
    if not columns:
        raise _error(
            node,
            "no column of this mart may be published",
            "something_to_publish",
            "Document its columns, or set `is_published: false` in its meta.",
        )
    description = str(node.get("description", ""))
    reported = _with_reported(columns, node)
    reads_history = bool(meta_of(node).get("reads_history"))
    return PublishedTable(node["schema"], name, description, reported, reads_history)


def _with_reported(
    columns: tuple[PublishedColumn, ...], node: Mapping[str, Any]
) -> tuple[PublishedColumn, ...]:
    """The columns, with what `reported: {keys: [...], values: [...]}` says of them."""
    declared = meta_of(node).get("reported")
    if declared is None:
        return columns
    roles: dict[str, ReportedAs] = dict.fromkeys(declared.get("keys") or (), "key")
    roles |= dict.fromkeys(declared.get("values") or (), "value")
    keepable = {
        column.name
        for column in columns
        if not column.is_keyed_hash
        and (
            roles.get(column.name) == "key"
            or REPORTABLE_TYPE.fullmatch(column.data_type)
        )
    }
    if set(roles.values()) != {"key", "value"} or not roles.keys() <= keepable:
        raise _error(
            node,
            "its `reported` does not name published keys, and numbers or words",
            "reported_columns_are_published",
            "Name under `keys` and `values` columns that are published as they are; "
            "values are numbers or words.",
        )
    return tuple(
        replace(column, reported_as=roles.get(column.name)) for column in columns
    )


def _column(
    column: Mapping[str, Any], node: Mapping[str, Any], personal: frozenset[str]
) -> PublishedColumn:
    name = _identifier(column["name"], node)
    how = meta_of(column).get("publish")
    data_type = str(column.get("data_type") or "").strip().lower()
    description = str(column.get("description", ""))
    if how not in (None, "keyed_hash"):
        raise _error(
            node,
            f"column {name} has the unknown setting `publish: {how}`",
            "publish_setting_is_known",
            "Write `publish: keyed_hash` or `publish: never`.",
        )
    if not PUBLISHABLE_TYPE.fullmatch(data_type):
        raise _error(
            node,
            f"column {name} has the type '{data_type}', which is not published",
            "published_type_is_plain",
            "Declare a plain data_type in its contract, or set `publish: never`.",
        )
    if how == "keyed_hash":
        return PublishedColumn(name, "varchar", description, is_keyed_hash=True)
    if data_type in TEXT_TYPES and (name in personal or PERSONAL_NAME.search(name)):
        raise _error(
            node,
            f"column {name} looks like an address or free text",
            "no_personal_column_published",
            "Set `publish: keyed_hash` or `publish: never` in the column's meta.",
        )
    return PublishedColumn(name, data_type, description)


def meta_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The meta of a node or column: dbt keeps it under `config`, and once did not."""
    config = entry.get("config") or {}
    return {**(entry.get("meta") or {}), **(config.get("meta") or {})}


def _identifier(name: str, node: Mapping[str, Any]) -> str:
    if IDENTIFIER.fullmatch(name):
        return name
    raise _error(
        node,
        f"'{name}' is not a plain name",
        "published_name_is_plain",
        "Use lower-case letters, digits and underscores, beginning with a letter.",
    )


def _error(
    node: Mapping[str, Any], problem: str, rule: str, remedy: str
) -> FitmartError:
    return FitmartError(
        problem,
        file=node.get("original_file_path"),
        where=node.get("name"),
        rule=rule,
        remedy=remedy,
    )
