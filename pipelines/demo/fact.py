"""One planted fact, as it stands in `truth.json`."""

from typing import Any


def fact(
    name: str,
    kind: str,
    value: Any,
    mart: str,
    where: dict[str, Any],
    *,
    column: str = "estimate",
) -> dict[str, Any]:
    return {
        "fact": name,
        "kind": kind,
        "value": value,
        "shows_in": {"mart": mart, "where": where, "column": column},
    }
