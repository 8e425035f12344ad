"""Rebuilds and publishes again and again, until it is killed.

`publisher.py HOME AUDIT` reads a number per line, forks, and the child publishes one
version after the other from that number on. A version is acknowledged, by a line in
`acknowledged`, only when `publish` has returned. The parent imports everything before
it forks, so that a child publishes at once and is killed at a random moment of *that*.
"""

import json
import os
import sys
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

import duckdb

from pipelines.project import Home, Settings
from pipelines.publishing.outcome import Audit
from pipelines.publishing.publish import publish

KEY = bytes(range(32))


def publish_forever(home: Home, audit: Audit, first: int) -> None:
    settings = Settings(
        home=home, landing=home.landing, contracts=home.path, as_of=date(2026, 7, 1)
    )
    marts = [
        f"{node['schema']}.{node['name']}"
        for node in audit.manifest["nodes"].values()
        if "version" in node["columns"]
    ]
    acknowledged = os.open(home.path / "acknowledged", os.O_WRONLY | os.O_APPEND)
    parent = os.getppid()
    for version in count(first):
        if os.getppid() != parent:
            # A test that failed is no reason to go on for ever.
            os._exit(1)
        updates = (f"update {mart} set version = {version};" for mart in marts)
        with duckdb.connect(str(home.build)) as build:
            build.execute(f"begin; {' '.join(updates)} commit")
        publish(
            settings,
            f"run-{version}",
            audit,
            key=KEY,
            code_version="1",
            render=lambda _, version=version: f"version [{version}]".encode(),
        )
        os.write(acknowledged, f"{version}\n".encode())


def main() -> None:
    home = Home(Path(sys.argv[1]))
    document = json.loads(Path(sys.argv[2]).read_text())
    audit = Audit(
        manifest=document["manifest"],
        run_results=document["run_results"],
        invocation_id="invocation-1",
        started_at=datetime(2026, 7, 1, 6, 0, tzinfo=UTC),
        outcomes=(),
        expected_checks=frozenset(),
    )
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            publish_forever(home, audit, int(line))
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
