"""`kill -9` at random moments of a publication, while readers never stop.

`FITMART_KILLS` sets how often; `FITMART_KILL_SEED` repeats the moments of a run.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO, Any

import pytest

from pipelines.publishing.history import read_history
from pipelines.publishing.verify import problems

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
LONGEST = 2.5
"""The latest moment of a kill, in publications: some have to succeed in between."""


def start(script: str, *arguments: Path | str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(HERE / script), *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def say(process: subprocess.Popen[str], line: int) -> None:
    stdin: IO[str] = process.stdin  # type: ignore[assignment]
    stdin.write(f"{line}\n")
    stdin.flush()


def hear(process: subprocess.Popen[str]) -> int:
    stdout: IO[str] = process.stdout  # type: ignore[assignment]
    return int(stdout.readline())


def last_acknowledged(home: Path) -> int:
    lines = (home / "acknowledged").read_text().split("\n")
    return int(lines[-2]) if len(lines) > 1 else 1


def test_a_killed_publication_is_never_seen_and_none_is_lost(
    company: Any, audit_file: Path, tmp_path: Path
) -> None:
    kills = int(os.environ.get("FITMART_KILLS", "20"))
    seed = int(os.environ.get("FITMART_KILL_SEED", random.randrange(10**6)))
    moments = random.Random(seed)
    company.publish()
    home = company.home.path
    (home / "acknowledged").touch()
    stop = tmp_path / "stop"
    readers = [
        start("reader.py", kind, company.home.current, stop, tmp_path / kind)
        for kind in ("duckdb", "sqlalchemy")
    ]
    publisher = start("publisher.py", home, audit_file)
    try:
        company.set_version(2)
        began = time.monotonic()
        company.publish()
        latest = LONGEST * (time.monotonic() - began)
        for _ in range(kills):
            (seen,) = company.versions()
            say(publisher, seen + 1)
            child = hear(publisher)
            time.sleep(moments.uniform(0, latest))
            os.kill(child, signal.SIGKILL)
            assert hear(publisher) == -signal.SIGKILL, f"seed {seed}"
            (now,) = company.versions()
            assert now >= last_acknowledged(home), f"seed {seed}: a publication lost"
            assert now >= seen
            for file in company.home.marts.glob("2*.duckdb"):
                assert problems(file) == [], f"seed {seed}"
    finally:
        publisher.kill()
        stop.touch()
        for reader in readers:
            reader.wait(timeout=30)
    for kind in ("duckdb", "sqlalchemy"):
        read = json.loads((tmp_path / kind).read_text())
        assert (read["errors"], read["torn"]) == ([], [])
        for name, versions in read["seen"].items():
            assert len(versions) > kills, f"{name} hardly read anything"
            assert versions == sorted(versions), f"{name} went back in time"
            # A pool keeps a connection, and with it the file that it once opened.
            assert len(set(versions)) > 1 or name == "pooled", f"{name} saw nothing new"
    company.set_version(last_acknowledged(home) + 1000)
    company.publish()
    assert company.versions() == {last_acknowledged(home) + 1000}
    assert company.report() == f"version [{last_acknowledged(home) + 1000}]"
    assert company.litter() == []
    assert {page.stem for page in company.home.reports.glob("2*")} == {
        file.stem for file in company.home.marts.glob("2*.duckdb")
    }
    history = read_history(company.home)
    assert history[-1].action == "published"
    assert_everything_is_kept(company, {entry.publication_id for entry in history})


def assert_everything_is_kept(company: Any, published: set[str]) -> None:
    """Each publication that readers had told another version, and was kept once."""
    reported = company.reported()
    assert {publication_id for publication_id, _, _ in reported} == published
    for segment in ("enterprise", "smb"):
        versions = [value for _, key, value in reported if key == segment]
        assert len(versions) == len(published)
        assert versions == sorted(set(versions))


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine that runs the tests has other things to do."""
    monkeypatch.setenv("FITMART_THREADS", "1")
