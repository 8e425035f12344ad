"""The page of a publication: there before readers are switched, never of others."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.errors import FitmartError
from pipelines.publishing.outcome import CheckOutcome
from pipelines.publishing.publications import rollback
from pipelines.publishing.publish import publish
from pipelines.publishing.report_files import report_file, tidy_reports


def pages(company: Any) -> list[str]:
    return sorted(path.name for path in company.home.reports.iterdir())


def test_a_publication_has_its_page_and_the_current_one_is_shown(company: Any) -> None:
    first = company.publish()
    company.set_version(2)
    second = company.publish()
    assert second.report == report_file(company.home, second.publication_id)
    assert report_file(company.home, first.publication_id).read_text() == "version [1]"
    assert company.report() == "version [2]"
    assert company.home.current_report.readlink() == Path(second.report.name)
    assert second.report.stat().st_mode & 0o222 == 0, "an archive is not written to"


def test_the_page_is_made_before_readers_are_switched(company: Any) -> None:
    company.publish()
    company.set_version(2)
    seen = []

    def render(file: Path) -> bytes:
        seen.append((company.versions(), company.versions(file)))
        return b"page"

    settings = company.settings
    audit = company.audit()
    publish(settings, "run-2", audit, key=bytes(32), code_version="1", render=render)
    assert seen == [({1}, {2})]


def test_a_page_that_cannot_be_made_leaves_readers_what_they_had(company: Any) -> None:
    company.publish()
    company.set_version(2)

    def render(_: Path) -> bytes:
        raise KeyError("segment_id")

    audit = company.audit()
    with pytest.raises(FitmartError, match="cannot be rendered: KeyError") as raised:
        publish(
            company.settings,
            "run-2",
            audit,
            key=bytes(range(32)),
            code_version="1",
            render=render,
        )
    assert raised.value.rule == "report_renders"
    assert (company.versions(), company.report()) == ({1}, "version [1]")
    company.publish()
    assert (company.versions(), company.report()) == ({2}, "version [2]")
    assert company.litter() == []


def test_a_rollback_shows_the_page_of_what_readers_see(company: Any) -> None:
    first = company.publish().publication_id
    company.set_version(2)
    company.publish()
    rollback(company.home, first)
    assert (company.versions(), company.report()) == ({1}, "version [1]")


def test_a_rollback_makes_a_page_that_is_missing_or_shows_none(company: Any) -> None:
    first = company.publish().publication_id
    company.set_version(2)
    second = company.publish().publication_id
    report_file(company.home, first).unlink()
    rollback(company.home, first)
    assert company.report() is None, "no page is better than that of other marts"
    rollback(company.home, second)
    rollback(company.home, first, render=company.render)
    assert company.report() == "version [1]"


def test_pages_go_with_their_publications(company: Any) -> None:
    kept = []
    for version in range(1, 4):
        company.set_version(version)
        kept.append(company.publish(keep_publications=2).publication_id)
    assert pages(company) == [f"{name}.html" for name in kept[1:]] + ["current.html"]


def test_what_a_run_cut_short_left_is_made_up_for(company: Any) -> None:
    """A crash after the marts were switched and before their page was."""
    first = company.publish()
    company.set_version(2)
    company.publish()
    link = company.home.current_report
    link.unlink()
    link.symlink_to(first.report.name)
    stray = company.home.reports / ".20260101T000000000000Z_0123456789.html.tmp"
    stray.write_text("half a page")
    assert tidy_reports(company.home) == (stray.name,)
    assert company.report() == "version [2]"


def test_an_unchanged_build_brings_back_a_page_that_is_gone(company: Any) -> None:
    company.publish()
    for page in company.home.reports.iterdir():
        page.unlink()
    assert company.publish().is_new is False
    assert company.report() == "version [1]"


def test_a_publication_tells_its_extracts_rejects_and_checks(company: Any) -> None:
    late = CheckOutcome("crm.accounts.arrives_on_time", passed=False)
    company.publish(company.audit(alarms=(late,)))
    with duckdb.connect(str(company.home.current), read_only=True) as reader:
        extracts = reader.execute("select * exclude last_loaded_at from meta.extracts")
        assert extracts.fetchall() == [
            ("crm.accounts", "crm", "loaded", 1, 401, 400, 1, 0, None)
        ]
        rejects = reader.execute("from meta.rejects").fetchall()
        assert rejects == [("crm.accounts", "crm", None, "type", 1)]
        checks = reader.execute("from meta.checks order by all").fetchall()
    assert checks == [
        ("arrives_on_time", "arrival", "crm.accounts", "warn", 1),
        ("extracts_reconcile", "reconciled", "", "pass", 0),
        ("fct_orders__amounts_are_positive", "data_test", "", "pass", 0),
        ("source_not_null_crm_accounts", "data_test", "", "pass", 0),
    ]


def test_other_rejects_are_another_publication(company: Any) -> None:
    company.publish()
    company.change(
        "update ops.extracts set records_in_file = 402, rejected_count = 2; "
        "insert into ops.rejects by name select 'extract-1' as extract_id, "
        "402 as record_number, 'crm.accounts' as feed, 'type' as rule, "
        "'not a date' as reason, 'Correct it.' as remedy, "
        "'' as raw_record_encrypted, timestamp '2026-07-01' as rejected_at"
    )
    assert company.publish().is_new
    company.change("update ops.extracts set loaded_at = timestamp '2026-07-02'")
    assert company.publish().is_new is False, "when it was loaded changes nothing"
