"""A threshold is a line of a seed: whoever edits it changes what rests on it, alone."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from pipelines.project import ROOT, Home
from pipelines.publishing.content import Content, measure

if TYPE_CHECKING:
    from pathlib import Path

    from pipelines.demo.rehearse import Rehearsal
    from pipelines.demo.snapshot import Snapshot

pytestmark = pytest.mark.slow

LINE = "largest_customer_share,0.25,"
EDITED = "largest_customer_share,0.0001,"
"""Every customer is now too large."""
RESTS_ON_IT = {
    "core.dim_thresholds",
    "verdicts.verdict_scale_readiness",
    "verdicts.verdict_scale_readiness__criterion",
}
MAY_QUOTE_IT = {"core.dim_metrics", "verdicts.verdict_summary__segment"}


def contents(rehearsal: Rehearsal) -> dict[str, Content]:
    with rehearsal.connect() as connection:
        return {mart: measure(connection, mart) for mart in rehearsal.marts()}


def test_an_edited_threshold_changes_only_what_rests_on_it(
    after_drops: tuple[Rehearsal, list[Snapshot]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, _ = after_drops
    place = tmp_path / "home"
    shutil.copytree(before.settings.home.path, place, symlinks=True)
    after = replace(before, settings=replace(before.settings, home=Home(place)))

    seeds = tmp_path / "seeds"
    shutil.copytree(ROOT / "seeds", seeds)
    text = (seeds / "thresholds.csv").read_text("utf-8")
    assert LINE in text
    (seeds / "thresholds.csv").write_text(text.replace(LINE, EDITED), "utf-8")
    monkeypatch.setenv("FITMART_SEEDS", str(seeds))
    after.build(with_tests=False)

    was, now = contents(before), contents(after)
    changed = {mart for mart, content in now.items() if content != was[mart]}
    assert changed >= RESTS_ON_IT
    assert changed <= RESTS_ON_IT | MAY_QUOTE_IT
    with after.connect() as connection:
        assert connection.execute(
            "select distinct verdict from verdicts.verdict_scale_readiness__criterion"
            " where criterion = 'concentration' and estimate is not null"
        ).fetchall() == [("below",)]
