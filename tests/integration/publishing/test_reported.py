"""What was reported is kept once, whatever becomes of the publication or of the run."""

import copy
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from pipelines.extracts.ledger import create_ops_tables
from pipelines.publishing import publish as publish_module
from pipelines.publishing.outcome import Audit
from pipelines.publishing.publications import rollback
from pipelines.publishing.reported import catch_up


class KilledError(BaseException):
    """The process ends here."""


def killed(*_: Any, **__: Any) -> None:
    raise KilledError


def values(company: Any) -> list[tuple[str, Decimal | None]]:
    """Segment and version in the order in which they were reported."""
    return [(key, value) for _, key, value in company.reported()]


def test_only_what_changed_is_appended(company: Any) -> None:
    first = company.publish().publication_id
    assert company.reported() == [(first, "enterprise", 1), (first, "smb", 1)]
    company.publish()
    company.change(
        "update fit.fit_nps__segment_wave set version = 2 where segment_id = 'smb'"
    )
    second = company.publish().publication_id
    assert company.reported() == [
        (first, "enterprise", 1),
        (first, "smb", 1),
        (second, "smb", 2),
    ]


def test_a_row_that_is_gone_is_reported_as_gone(company: Any) -> None:
    company.publish()
    company.change(
        "create table kept as from fit.fit_nps__segment_wave;"
        "delete from fit.fit_nps__segment_wave where segment_id = 'smb'"
    )
    company.publish()
    assert values(company) == [("enterprise", 1), ("smb", 1), ("smb", None)]
    company.change(
        "delete from fit.fit_nps__segment_wave;"
        "insert into fit.fit_nps__segment_wave from kept; drop table kept"
    )
    company.publish()
    assert values(company)[-1] == ("smb", 1)
    assert len(values(company)) == 4


def test_words_are_kept_beside_numbers(
    company: Any, audits: Callable[..., Audit]
) -> None:
    mart = "fit.fit_nps__segment_wave"
    manifest = copy.deepcopy(audits().manifest)
    node = manifest["nodes"]["model.fitmart.fit_nps__segment_wave"]
    node["config"]["meta"]["reported"]["values"] = ["version", "verdict"]
    node["columns"]["verdict"] = {"name": "verdict", "data_type": "varchar"}
    company.change(f"alter table {mart} add column verdict varchar default 'above'")
    for verdict in ("above", "below"):
        company.change(
            f"update {mart} set verdict = '{verdict}' where segment_id = 'smb'"
        )
        company.publish(audit=audits(manifest=manifest))
    with duckdb.connect(str(company.home.build), read_only=True) as build:
        kept = build.execute(
            "select row_key, value_name, reported_value, reported_text"
            " from ops.reported_values order by publication_id, value_name, row_key"
        ).fetchall()
    assert kept == [
        ("enterprise", "verdict", None, "above"),
        ("smb", "verdict", None, "above"),
        ("enterprise", "version", 1, None),
        ("smb", "version", 1, None),
        ("smb", "verdict", None, "below"),
    ]


def test_a_history_of_an_earlier_fitmart_takes_words(company: Any) -> None:
    company.publish()
    company.change("alter table ops.reported_values drop column reported_text")
    company.set_version(2)
    company.publish()
    assert values(company)[2:] == [("enterprise", 2), ("smb", 2)]


def test_a_run_killed_after_the_swap_is_made_up_for_once(
    company: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.publish()
    company.set_version(2)
    with monkeypatch.context() as patched:
        patched.setattr(publish_module, "catch_up", killed)
        with pytest.raises(KilledError):
            company.publish()
    assert company.versions() == {2}
    assert values(company) == [("enterprise", 1), ("smb", 1)]
    assert len(catch_up(company.home)) == 1
    assert values(company)[2:] == [("enterprise", 2), ("smb", 2)]
    assert catch_up(company.home) == ()
    company.set_version(3)
    company.publish()
    assert values(company)[4:] == [("enterprise", 3), ("smb", 3)]


def test_a_run_killed_before_its_history_is_made_up_for_too(
    company: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.publish()
    company.set_version(2)
    with monkeypatch.context() as patched:
        patched.setattr(publish_module, "record", killed)
        with pytest.raises(KilledError):
            company.publish()
    company.set_version(3)
    company.publish(keep_publications=1)
    assert [version for key, version in values(company) if key == "smb"] == [1, 2, 3]


def test_a_build_that_cannot_be_written_to_fails_no_publication(
    company: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(publish_module, "catch_up", full)
        published = company.publish(keep_publications=1)
    assert published.is_new
    assert "No space left" in published.leftovers[0]
    company.set_version(2)
    company.publish(keep_publications=1)
    assert [version for key, version in values(company) if key == "smb"] == [1, 2]


def test_a_rollback_reports_nothing_new(company: Any) -> None:
    company.publish()
    company.set_version(2)
    company.publish()
    rollback(company.home)
    assert catch_up(company.home) == ()
    assert [version for key, version in values(company) if key == "smb"] == [1, 2]


def test_it_outlives_the_publications(company: Any) -> None:
    for version in (1, 2, 3):
        company.set_version(version)
        company.publish(keep_publications=1)
    assert len(list(company.home.marts.glob("2*.duckdb"))) == 1
    assert [version for key, version in values(company) if key == "smb"] == [1, 2, 3]


def test_a_publication_of_an_earlier_fitmart_tells_nothing(company: Any) -> None:
    path = company.publish().path
    path.chmod(0o644)
    with duckdb.connect(str(path)) as publication:
        publication.execute("alter table meta.columns drop column reported_as")
    with duckdb.connect(str(company.home.build)) as build:
        build.execute("drop schema ops cascade")
        create_ops_tables(build)
    assert len(catch_up(company.home)) == 1
    assert company.reported() == []


def test_a_damaged_publication_stops_nothing(company: Any) -> None:
    path = company.publish().path
    company.change(
        "delete from ops.reported_publications; delete from ops.reported_values"
    )
    path.chmod(0o644)
    path.write_bytes(b"damaged")
    catch_up(company.home)
    company.set_version(2)
    company.publish()
    assert values(company) == [("enterprise", 2), ("smb", 2)]
