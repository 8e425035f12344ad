"""How readers connect to the marts, ready to paste.

All open the file read-only, and keep SQL from reading or writing anything else on the
machine; the tests try that. Permissions of the operating system are the real boundary.
An open connection goes on reading the publication that it opened: a tool with a pool
of connections sees the next one only when it opens a new one (SQLAlchemy: `NullPool`).
"""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from pipelines.publishing.build import literal
from pipelines.publishing.verify import READ_ONLY_CONFIG


@dataclass(frozen=True)
class ConnectionString:
    """One way to connect."""

    reader: str
    text: str


def sqlalchemy_url(file: Path) -> str:
    """URL for SQLAlchemy with duckdb-engine, as Superset and pandas take it."""
    options = urlencode({"access_mode": "read_only", **READ_ONLY_CONFIG})
    # SQLAlchemy takes the path as it stands: an encoded blank would stay encoded.
    return f"duckdb:///{file}?{options}"


def sqlalchemy_connect_args() -> dict[str, object]:
    """The same as `connect_args`, for tools that have a field for them."""
    return {"read_only": True, "config": dict(READ_ONLY_CONFIG)}


def lockdown_statements() -> tuple[str, ...]:
    """What to run first where options cannot be given when connecting."""
    return tuple(f"set {name} = {value}" for name, value in READ_ONLY_CONFIG.items())


def attach_statement(file: Path) -> str:
    """For tools that open a database of their own, and attach in their initial SQL."""
    return f"attach {literal(file)} as marts (read_only)"


def connection_strings(file: Path) -> tuple[ConnectionString, ...]:
    """Every way to connect to a file of marts, for people to copy."""
    commands = "; ".join(lockdown_statements())
    config = ", ".join(f'"{key}": "{value}"' for key, value in READ_ONLY_CONFIG.items())
    return (
        ConnectionString(
            "DuckDB command line", f'duckdb -readonly -cmd "{commands};" "{file}"'
        ),
        ConnectionString(
            "Python",
            f'duckdb.connect("{file}", read_only=True, config={{{config}}})',
        ),
        ConnectionString("SQLAlchemy, Superset", sqlalchemy_url(file)),
        ConnectionString(
            "initial SQL", f"{attach_statement(file)}; use marts; {commands};"
        ),
    )
