"""The truth: what is planted, where it must show, and what was delivered exactly."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

from pipelines.demo.courier import Courier
from pipelines.demo.world import World


@dataclass(frozen=True)
class Truth:
    """Everything that is known about a generated company."""

    document: dict[str, Any]

    def write(self, path: Path) -> None:
        """As JSON, keys in the order in which they were told."""
        text = json.dumps(self.document, indent=1, default=str, ensure_ascii=False)
        path.write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Truth":
        """The truth beside a landing."""
        return cls(json.loads(path.read_text(encoding="utf-8")))


def tell_truth(
    connection: duckdb.DuckDBPyConnection, world: World, courier: Courier
) -> Truth:
    """All facts, computed from the world and its tables."""
    return Truth(
        {
            "world": world.name,
            "seed": world.seed,
            "scale": world.scale,
            "as_of": world.as_of,
            "files": [asdict(file) for file in courier.files],
        }
    )
