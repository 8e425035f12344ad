"""A reader that looks at the marts all the time, as a BI tool would.

Run as `python reader.py CURRENT STOP`: it opens the publication with the locked-down
settings, counts every mart and compares with what the publication says of itself, until
the file STOP exists. The last line it writes is a JSON object with what it saw.
"""

import json
import sys
import time
from pathlib import Path

import duckdb

from pipelines.publishing.verify import READ_ONLY_CONFIG

PAUSE = 0.3
"""Seconds between two looks."""


def look(current: Path) -> str:
    """Id of the publication, after holding every mart against its own count."""
    with duckdb.connect(
        str(current), read_only=True, config=dict(READ_ONLY_CONFIG)
    ) as connection:
        described = connection.execute(
            "select schema_name, table_name, row_count from meta.tables"
        ).fetchall()
        for schema, table, expected in described:
            found = connection.execute(
                f'select count(*) from "{schema}"."{table}"'
            ).fetchall()
            if found != [(expected,)]:
                raise ValueError(f"{schema}.{table}: {found} instead of {expected}")
        row = connection.execute(
            "select publication_id from meta.publication"
        ).fetchone()
    if row is None or not described:
        raise ValueError("the publication says nothing of itself")
    return str(row[0])


def main(current: Path, stop: Path) -> None:
    reads, problems, seen = 0, [], set()
    while not stop.exists():
        if not current.exists():
            time.sleep(0.05)
            continue
        try:
            seen.add(look(current))
        except (duckdb.Error, ValueError) as error:
            problems.append(str(error))
        reads += 1
        # A BI tool does not take a core for itself either.
        time.sleep(PAUSE)
    result = {"reads": reads, "problems": problems[:5], "publications": sorted(seen)}
    sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
