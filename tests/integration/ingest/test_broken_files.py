"""Of every broken file each record is loaded or rejected, or it is refused whole."""

import csv
import io
import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.extracts.ledger import Extract
from pipelines.extracts.limits import Limits
from tests.integration.ingest.broken_files import CLEAN, Broken, corpus
from tests.integration.ingest.conftest import ORDERS, World

CORPUS = corpus()


def test_the_corpus_is_large_and_its_names_are_unique() -> None:
    assert len({one.name for one in CORPUS}) == len(CORPUS) >= 60


@dataclass(frozen=True)
class Taken:
    """What became of one file of the corpus."""

    row: Extract
    loaded: int
    listed: int
    products: tuple[str | None, ...]
    kept: bytes | None


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Taken]:
    """All broken files, ingested together: none may disturb another."""
    found: dict[str, Taken] = {}
    by_limits: dict[tuple[tuple[str, int], ...], list[Broken]] = {}
    for one in CORPUS:
        by_limits.setdefault(tuple(one.limits.items()), []).append(one)
    for limits, files in by_limits.items():
        world = World(tmp_path_factory.mktemp("corpus"), Limits(**dict(limits)))
        for number, one in enumerate(files):
            place = f"n{number}"
            contract = ORDERS | {"format": one.format, "files": f"{place}/**"}
            world.declare(contract | {"contract": place, "source_system": place})
            world.deliver(f"{place}/{one.file_name}", one.content)
        world.ingest()
        rows = {row.contract_name: row for row in world.ledger()}
        for number, one in enumerate(files):
            found[one.name] = _taken(world, rows[f"n{number}"], one)
    return found


def _taken(world: World, row: Extract, broken: Broken) -> Taken:
    products = world.query(
        "select product from raw_shop.order_lines where extract_id = ?"
        " order by record_number",
        [row.extract_id],
    )
    listed = world.query(
        "select count(*) from ops.rejects where extract_id = ?", [row.extract_id]
    )[0][0]
    kept = world.settings.home.quarantine / row.extract_id / broken.file_name
    return Taken(
        row,
        len(products),
        listed,
        tuple(product for (product,) in products),
        kept.read_bytes() if kept.exists() else None,
    )


@pytest.mark.parametrize("broken", CORPUS, ids=lambda one: one.name)
def test_every_record_is_accounted_for(broken: Broken, taken: dict[str, Taken]) -> None:
    found = taken[broken.name]
    row = found.row
    if broken.refused is not None:
        assert (row.status, row.refusal_rule) == ("refused", broken.refused)
        assert row.refusal_reason
        assert row.remedy
        assert found.loaded == 0
        assert found.kept == broken.content
        return
    assert (row.status, row.refusal_reason) == ("loaded", None)
    assert (found.loaded, found.listed) == (broken.accepts, broken.rejects)
    assert row.records_in_file == broken.accepts + broken.rejects
    assert (row.loaded_count, row.rejected_count) == (found.loaded, found.listed)


@pytest.mark.parametrize(
    "broken",
    [
        one
        for one in CORPUS
        if one.accepts and not one.rejects and one.format == {"type": "csv"}
        and not one.content.startswith((b"\x1f\x8b", b"\x28\xb5"))
    ],
    ids=lambda one: one.name,
)  # fmt: skip
def test_the_csv_module_reads_the_same(broken: Broken, taken: dict[str, Taken]) -> None:
    csv.field_size_limit(10_000_000)
    text = io.StringIO(broken.content.decode("utf-8-sig"), newline="")
    rows = [row for row in csv.reader(text) if row]
    position = rows[0].index("product")
    assert taken[broken.name].products == tuple(row[position] for row in rows[1:])


@pytest.mark.parametrize("target", ["outside.csv", "/etc/hostname"])
def test_a_link_that_leaves_the_landing_is_refused(target: str, world: World) -> None:
    (world.path / "outside.csv").write_bytes(CLEAN)
    link = world.path / "landing" / "link.csv"
    link.symlink_to(Path("..", target))
    world.ingest()
    (row,) = world.ledger()
    assert (row.status, row.refusal_rule) == ("refused", "path_stays_in_landing")
    assert world.query("select count(*) from raw_shop.order_lines") == [(0,)]
    assert not (world.settings.home.quarantine / row.extract_id).exists()


def test_a_folder_link_is_not_followed(world: World) -> None:
    outside = world.path / "outside"
    outside.mkdir()
    (outside / "orders.csv").write_bytes(CLEAN)
    (world.path / "landing" / "folder").symlink_to(outside)
    world.ingest()
    assert world.query("select count(*) from raw_shop.order_lines") == [(0,)]


def test_a_dangling_link_and_a_pipe_are_refused(world: World) -> None:
    (world.path / "landing" / "gone.csv").symlink_to("nowhere.csv")
    os.mkfifo(world.path / "landing" / "pipe.csv")
    world.ingest()
    rules = {row.relative_path: row.refusal_rule for row in world.ledger()}
    assert rules == {"gone.csv": "file_is_reachable", "pipe.csv": "file_is_regular"}
