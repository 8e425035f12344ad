"""Facts about releases and what was asked for: who asks, what comes, what it does.

A release adds its effect to the propensity of those of its segment who have received
it; half of the customers of the day receive it at once, the others half a year later,
so that its effect is the difference in differences between them.
"""

from typing import Any

import duckdb

from pipelines.demo.exports import table_at
from pipelines.demo.fact import fact
from pipelines.demo.world import World

IMPACT = "verdicts.verdict_release_impact"


def release_facts(world: World) -> list[dict[str, Any]]:
    """What every release adds to the score of each segment that it is for."""
    names = [segment.name for segment in world.segments]
    return [
        fact(
            f"release {release.release_id}: {release.name}",
            "rate",
            release.effect,
            IMPACT,
            {
                "release_id": release.release_id,
                "segment_id": segment,
                "measure": "pmf",
            },
        )
        for release in world.releases
        for segment in ([release.segment] if release.segment else [*names, "all"])
    ]


def asked_for(
    connection: duckdb.DuckDBPyConnection, world: World
) -> list[dict[str, Any]]:
    """Mentions by month of the theme that a useful release answers, in its segment, and
    what became of them. A segment is that of the account on the day, which may move."""
    facts = []
    for release in world.releases:
        if release.effect <= 0 or release.segment is None:
            continue
        rows = connection.execute(
            "select strftime(given_at, '%Y-%m-01'), count(*)"
            f" from {table_at('feedback', world.as_of.isoformat())} as said"
            " inner join accounts on said.account_id = accounts.account_id"
            " inner join p_segment on p_segment.segment_no = if("
            "cast(accounts.moved_at as date) <= cast(said.given_at as date),"
            " accounts.segment_no % (select count(*) from p_segment) + 1,"
            " accounts.segment_no)"
            " inner join p_theme on p_theme.theme = ?"
            " where p_segment.segment = ? and list_bool_or(list_transform("
            "p_theme.sentences, lambda sentence: contains(said.body, sentence)))"
            " group by 1 order by 1",
            [release.theme, release.segment],
        ).fetchall()
        where = {"segment_id": release.segment, "theme": release.theme}
        facts.append(
            fact(
                f"customers ask for {release.theme} ever more until it comes",
                "value",
                [list(row) for row in rows],
                "fit.fit_feedback_themes__month",
                where,
                column="mention_count",
            )
        )
        facts.append(
            fact(
                f"hardly anybody asks for {release.theme} once it is there",
                "verdict",
                "answered",
                "verdicts.verdict_feedback_loop",
                {**where, "release_id": release.release_id},
                column="verdict",
            )
        )
    return facts
