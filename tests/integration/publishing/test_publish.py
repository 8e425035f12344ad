"""A publication holds what the build holds, less what nobody may see."""

import hashlib
import hmac
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.errors import FitmartError
from pipelines.extracts.keys import hash_key
from pipelines.publishing import publish as publish_module
from pipelines.publishing.history import read_history


def rows_of(file: Path, query: str) -> list[Any]:
    with duckdb.connect(str(file), read_only=True) as reader:
        return reader.execute(query).fetchall()


def test_readers_see_every_mart_with_the_rows_of_the_build(company: Any) -> None:
    published = company.publish()
    assert published.is_new
    assert published.rows == {
        "core.dim_customers": 400,
        "fit.fit_nps__segment_wave": 2,
        "sales.fct_orders": 3000,
    }
    query = (
        "select order_id, order_amount, ordered_at, version from sales.fct_orders "
        "order by order_id"
    )
    assert rows_of(company.home.current, query) == rows_of(company.home.build, query)
    assert company.litter() == []


def test_a_publication_says_what_it_is(company: Any) -> None:
    published = company.publish()
    row = rows_of(
        company.home.current,
        "select publication_id, run_id, as_of::varchar, code_version, reporting_tz, "
        "reporting_currency, duckdb_version from meta.publication",
    )
    assert row == [
        (
            published.publication_id,
            "run-1",
            "2026-07-01",
            "1.2.3",
            "UTC",
            "EUR",
            duckdb.__version__,
        )
    ]
    counts = rows_of(
        company.home.current,
        "select schema_name || '.' || table_name, row_count from meta.tables",
    )
    assert dict(counts) == published.rows
    described = rows_of(
        company.home.current,
        "select description from meta.columns where column_name = 'order_amount'",
    )
    assert described == [("The order_amount.",)]
    commented = rows_of(
        company.home.current,
        "select comment from duckdb_tables() where table_name = 'fct_orders'",
    )
    assert commented == [("One row per row of fct_orders. It's for tests.",)]


def test_the_file_has_the_storage_version_that_older_drivers_read(
    company: Any,
) -> None:
    file = company.publish().path
    main_header = file.read_bytes()[:20]
    assert main_header[8:12] == b"DUCK"
    # Storage version 65 came with DuckDB 1.2; the default of 2.0 is 999.
    assert int.from_bytes(main_header[12:20], "little") == 65
    default_header = company.home.build.read_bytes()[:20]
    assert int.from_bytes(default_header[12:20], "little") > 65


def test_a_published_key_is_the_hmac_of_the_value(company: Any, key: bytes) -> None:
    company.publish()
    published = rows_of(
        company.home.current, "select customer_id from core.dim_customers"
    )
    expected = {
        hmac.new(hash_key(key), f"a{number}".encode(), hashlib.sha256).hexdigest()[:32]
        for number in range(1, 401)
    }
    assert {row[0] for row in published} == expected
    joined = rows_of(
        company.home.current,
        "select count(*) from sales.fct_orders "
        "semi join core.dim_customers using (customer_id)",
    )
    assert joined == [(2992,)], "orders of customer a0 have no customer, others have"


def test_what_is_not_allowed_never_arrives(company: Any, planted: list[str]) -> None:
    file = company.publish().path
    for text in planted:
        assert text.encode() in company.home.build.read_bytes()
        assert text.encode() not in file.read_bytes()
    columns = rows_of(file, "select column_name from duckdb_columns()")
    assert {"contact_email", "answer_text"}.isdisjoint(row[0] for row in columns)


def test_a_planted_address_in_an_allowed_column_refuses(
    company: Any, planted: list[str]
) -> None:
    company.change(
        f"update core.dim_customers set segment_id = 'Re: {planted[0]}, hello' "
        "where customer_id = 'a7'"
    )
    with pytest.raises(
        FitmartError, match=r"core\.dim_customers\.segment_id"
    ) as caught:
        company.publish()
    assert caught.value.rule == "no_address_published"
    assert not company.home.current.exists()


def test_an_unchanged_build_publishes_nothing(company: Any) -> None:
    first = company.publish()
    again = company.publish()
    assert not again.is_new
    assert again.publication_id == first.publication_id
    assert again.rows == first.rows
    assert len(list(company.home.marts.glob("2*.duckdb"))) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "update core.dim_customers set segment_id = 'smb' where customer_id = 'a2'",
        "delete from sales.fct_orders where order_id = 17",
        "insert into sales.fct_orders select * from sales.fct_orders limit 1",
        "update fit.fit_nps__segment_wave set estimate = 0.5527000000000001::double "
        "where segment_id = 'enterprise'",
        "update fit.fit_nps__segment_wave set estimate = 0 where segment_id = 'smb'",
    ],
)
def test_any_change_of_content_is_published(company: Any, statement: str) -> None:
    first = company.publish()
    company.change(statement)
    second = company.publish()
    assert second.is_new
    assert second.publication_id > first.publication_id


def test_an_unchanged_build_heals_a_current_publication_that_was_damaged(
    company: Any,
) -> None:
    damaged = company.publish().path
    damaged.chmod(0o644)
    with duckdb.connect(str(damaged)) as connection:
        connection.execute("update sales.fct_orders set version = 99")
    assert company.publish().is_new
    assert company.versions() == {1}


def test_another_as_of_date_is_another_publication(company: Any) -> None:
    company.publish()
    later = company.settings.as_of.replace(day=2)
    assert company.publish(as_of=later).is_new


def test_a_publication_cannot_be_written_to(company: Any) -> None:
    mode = company.publish().path.stat().st_mode
    assert not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)


def test_the_build_is_left_as_it_was_but_for_what_was_reported(company: Any) -> None:
    def tables() -> dict[str, list[Any]]:
        names = rows_of(
            company.home.build,
            "select schema_name || '.' || table_name from duckdb_tables() order by 1",
        )
        return {
            name: rows_of(company.home.build, f"select * from {name} order by all")
            for (name,) in names
            if not name.startswith("ops.reported_")
        }

    before = tables()
    company.publish()
    assert tables() == before
    published = company.home.build.read_bytes()
    company.publish()
    assert company.home.build.read_bytes() == published
    assert sorted(path.name for path in company.home.build.parent.iterdir()) == [
        "build.duckdb"
    ]


def test_a_file_that_reads_back_differently_is_not_published(
    company: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = company.publish()
    company.set_version(2)
    write_file = publish_module.write_file

    def write_and_spoil(connection: Any, file: Path, *rest: Any, **named: Any) -> None:
        write_file(connection, file, *rest, **named)
        with duckdb.connect(str(file)) as spoiler:
            spoiler.execute("update sales.fct_orders set version = 3 where order_id=1")

    monkeypatch.setattr(publish_module, "write_file", write_and_spoil)
    with pytest.raises(FitmartError, match=r"sales\.fct_orders has other content"):
        company.publish()
    monkeypatch.undo()
    assert company.versions() == {1}
    assert company.home.current.resolve() == first.path
    company.publish()
    assert company.versions() == {2}
    assert company.litter() == []


def test_only_the_last_publications_are_kept(company: Any) -> None:
    for version in range(1, 6):
        company.set_version(version)
        company.publish(keep_publications=3)
    kept = sorted(company.home.marts.glob("2*.duckdb"))
    assert [company.versions(file) for file in kept] == [{3}, {4}, {5}]
    assert len(read_history(company.home)) == 5


def test_two_homes_never_touch(
    new_company: Callable[[Path], Any], tmp_path: Path
) -> None:
    one, other = new_company(tmp_path / "it's one"), new_company(tmp_path / "other")
    other.set_version(2)
    one.publish()
    other.publish()
    assert (one.versions(), other.versions()) == ({1}, {2})
