"""Raw tables are a function of what is loaded, never of the order of events.

Random sequences of deliveries, withdrawals and reloads are played against a model of a
few lines, for every way in which records can share a key.
"""

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.extracts.decisions import reload, withdraw
from pipelines.extracts.warehouse import open_build
from pipelines.publishing.ledger import extract_refusals
from tests.integration.ingest.conftest import World

Record = tuple[str, str]
"""Key and name of an account."""
FILES: list[list[Record]] = [
    [("a", "one"), ("b", "one")],
    [("a", "one"), ("c", "two")],
    [("a", "two"), ("a", "two"), ("b", "three")],
    [("c", "two"), ("c", "one")],
    [("b", "one")],
]
ACTIONS = st.lists(
    st.tuples(st.sampled_from(["deliver", "withdraw", "reload"]), st.integers(0, 4)),
    min_size=1,
    max_size=8,
)
MODES: dict[str, dict[str, Any]] = {
    "append": {"mode": "append", "same_record": "key"},
    "versioned": {
        "mode": "append",
        "same_record": "key",
        "version": {"column": "version", "type": "number"},
    },
    "upsert": {"mode": "upsert", "effective_at": {"column": "at"}},
    "snapshot": {
        "mode": "snapshot",
        "effective_at": {"file_name": r"(\d{4}-\d\d-\d\d)"},
    },
}


def _name(number: int) -> str:
    # Two files share a time, so that ties are played too.
    return f"accounts_{number}_2024-01-{1 + number % 4:02d}.csv"


def _content(number: int) -> str:
    time = f"2024-01-{1 + number % 4:02d}"
    rows = [f"{key},{name},{1 + number % 4},{time}" for key, name in FILES[number]]
    return "\n".join(["account_id,account_name,version,at", *rows, ""])


def _world(folder: str, mode: str) -> World:
    world = World(Path(folder))
    (world.path / "landing").mkdir()
    world.declare(
        {
            "contract": "accounts",
            "feed": "crm.accounts",
            "source_system": "crm",
            "files": "*.csv",
            "format": {"type": "csv"},
            "records": MODES[mode],
            "columns": {"account_id": "account_id", "account_name": "account_name"},
        }
    )
    return world


def _play(world: World, actions: list[tuple[str, int]]) -> set[int]:
    """Do what the actions say where it makes sense; the files loaded in the end."""
    loaded: set[int] = set()
    withdrawn: set[int] = set()
    for action, number in actions:
        if action == "deliver":
            world.deliver(_name(number), _content(number))
            world.ingest()
            if number not in withdrawn:
                loaded.add(number)
            continue
        known = (
            {row.relative_path: row.extract_id for row in world.ledger()}
            if (loaded or withdrawn)
            else {}
        )
        extract_id = known.get(_name(number))
        if extract_id is None:
            continue
        if action == "withdraw" and number in loaded:
            withdraw(world.settings, extract_id, "wrong file", "test")
            loaded.discard(number)
            withdrawn.add(number)
        if action == "reload":
            reload(world.settings, extract_id, "again", "test")
            loaded.add(number)
            withdrawn.discard(number)
    return loaded


def _raw(world: World) -> list[tuple[Any, ...]]:
    return world.query(
        "select account_id, account_name, effective_at, is_deleted, content_hash,"
        " record_status from raw_crm.accounts order by all"
    )


def _model(mode: str, loaded: set[int]) -> Counter[tuple[str, str, str]]:
    """Status of every delivered record, by the rules of the architecture.

    Names are compared where hashes are: only equality and the kept one are told apart.
    """
    records = [(key, name, number) for number in loaded for key, name in FILES[number]]
    statuses: Counter[tuple[str, str, str]] = Counter()
    for key in {record[0] for record in records}:
        same = [record for record in records if record[0] == key]
        if mode == "append":
            statuses.update(_append_key(same))
        else:
            ranks = {(number % 4, name) for _, name, number in same}
            copies = len(same) - len(ranks)
            statuses[key, "", "superseded"] += copies
            statuses[key, "", "kept"] += len(ranks)
    return +statuses


def _append_key(same: list[tuple[str, str, int]]) -> Counter[tuple[str, str, str]]:
    names = Counter(name for _, name, _ in same)
    statuses: Counter[tuple[str, str, str]] = Counter()
    key = same[0][0]
    if len(names) == 1:
        statuses[key, "", "current"] = 1
        statuses[key, "", "superseded"] = len(same) - 1
    return statuses


@pytest.mark.parametrize("mode", MODES)
@given(actions=ACTIONS)
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_history_ends_in_the_same_tables(
    mode: str, actions: list[tuple[str, int]]
) -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        played = _world(one, mode)
        loaded = _play(played, actions)
        straight = _world(two, mode)
        for number in sorted(loaded, reverse=True):
            straight.deliver(_name(number), _content(number))
        straight.ingest()
        played.ingest()
        assert _raw(played) == _raw(straight)
        _check_against_model(played, mode, loaded)
        with open_build(played.settings.home, read_only=True) as connection:
            assert list(extract_refusals(connection)) == []
        for row in played.ledger():
            if row.status == "loaded":
                total = row.loaded_count + row.rejected_count + row.superseded_count
                assert total == row.records_in_file


def _check_against_model(world: World, mode: str, loaded: set[int]) -> None:
    rows = world.query(
        "select account_id, record_status, is_deleted, record_number is null,"
        " effective_at from raw_crm.accounts"
    )
    delivered = [row for row in rows if not row[3]]
    assert len(delivered) == sum(len(FILES[number]) for number in loaded)
    current = Counter(row[0] for row in rows if row[1] == "current")
    assert current == Counter({key for n in loaded for key, _ in FILES[n]})
    for (key, _, status), count in _model(mode, loaded).items():
        statuses = ("current", "history") if status == "kept" else (status,)
        found = [row for row in delivered if row[0] == key and row[1] in statuses]
        if mode in ("append", "versioned", "upsert"):
            assert len(found) == count
    if mode == "snapshot" and loaded:
        latest = max(number % 4 for number in loaded)
        last = [number for number in loaded if number % 4 == latest]
        alive = {row[0] for row in rows if row[1] == "current" and not row[2]}
        if len(last) == 1:
            assert alive == {key for key, _ in FILES[last[0]]}
