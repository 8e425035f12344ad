"""What has changed since the publication that readers have, beside the numbers.

New extracts, decisions about them, another day, other models, seeds or settings: any of
it may be why a mart says something else. What is held against that is in
`mart_checks.py`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import duckdb

from pipelines.errors import FitmartError
from pipelines.project import Settings
from pipelines.publishing.build import literal
from pipelines.publishing.meta import PublicationHeader, read_header
from pipelines.publishing.swap import current_id, publication_file

DECISIONS = frozenset({"reloaded", "replaced", "withdrawn"})
"""Events by which a person changes what counts of an extract."""

NEW = frozenset({"loaded"})


@dataclass(frozen=True)
class SinceLast:
    """The last publication, and what this run has that it did not have.

    Args:
        rows: Rows of each mart in the publication, by relation.
        events: What happened to extracts since then, by feed.
        is_rolled_back: A later one was reported, and readers went back from it.
    """

    settings: Settings
    code_version: str
    header: PublicationHeader
    rows: Mapping[str, int]
    events: Mapping[str, frozenset[str]]
    is_rolled_back: bool

    @classmethod
    def find(
        cls,
        connection: duckdb.DuckDBPyConnection,
        settings: Settings,
        code_version: str,
    ) -> "SinceLast | None":
        """None before the first publication, and when it cannot be read any more."""
        publication_id = current_id(settings.home)
        if publication_id is None:
            return None
        file = publication_file(settings.home, publication_id)
        try:
            header = read_header(file)
        except FitmartError:
            # The next publication puts that right; there is nothing to compare with.
            return None
        connection.execute(f"attach {literal(file)} as last (read_only)")
        rows = connection.execute(
            "select schema_name || '.' || table_name, row_count from last.meta.tables"
        ).fetchall()
        events = connection.execute(
            "select extracts.feed, list(distinct events.event)"
            " from ops.extract_events as events inner join ops.extracts as extracts"
            " on events.extract_id = extracts.extract_id"
            # What ingest replaces by itself is a refusal, which had no rows.
            " where events.happened_at > ? and events.actor <> 'ingest'"
            " or events.happened_at > ? and events.event = 'loaded'"
            " group by extracts.feed",
            [header.created_at, header.created_at],
        ).fetchall()
        return cls(
            settings,
            code_version,
            header,
            dict(rows),
            {feed: frozenset(names) for feed, names in events},
            _last_reported(connection) not in (None, publication_id),
        )

    def reasons_for_less(self) -> tuple[str, ...]:
        """Why a mart may have fewer rows; new extracts are no reason."""
        is_earlier = self.settings.as_of < self.header.as_of
        return (
            *self._definitions(),
            *([self._another_day()] if is_earlier else []),
            *self._events(DECISIONS, frozenset(self.events)),
        )

    def reasons_for_other_numbers(self, feeds: frozenset[str]) -> tuple[str, ...]:
        """Why a mart that is made of these feeds may tell other numbers."""
        is_another = self.settings.as_of != self.header.as_of
        return (
            *self._definitions(),
            *(["readers went back from what was reported"] * self.is_rolled_back),
            *([self._another_day()] if is_another else []),
            *self._events(DECISIONS | NEW, feeds),
        )

    def _definitions(self) -> Iterator[str]:
        if self.header.code_version != self.code_version:
            yield "other models, seeds or tests"
        if self.header.reporting_tz != self.settings.reporting_tz:
            yield "another time zone"
        if self.header.reporting_currency != self.settings.reporting_currency:
            yield "another currency"

    def _another_day(self) -> str:
        return f"as of {self.settings.as_of} and not {self.header.as_of}"

    def _events(self, wanted: frozenset[str], feeds: frozenset[str]) -> Iterator[str]:
        for feed in sorted(feeds & self.events.keys()):
            for event in sorted(wanted & self.events[feed]):
                yield f"extracts of {feed} were {event}"


def _last_reported(connection: duckdb.DuckDBPyConnection) -> str | None:
    """The publication that was reported last, whichever readers have now."""
    row = connection.execute(
        "select max_by(publication_id, published_at) from ops.reported_publications"
    ).fetchone()
    return row[0] if row else None
