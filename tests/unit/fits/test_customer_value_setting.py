"""Customer value is fitted when asked for, and needs its extra then."""

from datetime import date
from pathlib import Path

import pytest

from pipelines import dbt_build, run
from pipelines.errors import FitmartError
from pipelines.project import Home, Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "landing").mkdir()
    (tmp_path / "contracts").mkdir()
    return Settings(
        home=Home(tmp_path),
        landing=tmp_path / "landing",
        contracts=tmp_path / "contracts",
        as_of=date(2026, 1, 1),
    )


def test_dbt_is_told_and_its_manifest_is_made_anew(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = {}
    for wish in ("", "yes"):
        monkeypatch.setenv("CUSTOMER_VALUE", wish)
        told = dbt_build._environment(settings)["FITMART_CUSTOMER_VALUE"]
        seen[told] = dbt_build._sources_hash()
    assert set(seen) == {"false", "true"}
    assert seen["false"] != seen["true"]


def test_a_run_that_lacks_the_extra_is_refused_with_the_remedy(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUSTOMER_VALUE", "yes")
    monkeypatch.setattr(run, "find_spec", lambda _: None)
    with pytest.raises(FitmartError, match=r"fitmart\[clv\]") as refused:
        run._look_at_input(settings)
    assert refused.value.rule == "customer_value_has_its_extra"


def test_nobody_else_needs_the_extra(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUSTOMER_VALUE", raising=False)
    monkeypatch.setattr(run, "find_spec", lambda _: None)
    try:
        run._look_at_input(settings)
    except FitmartError as error:
        assert error.rule != "customer_value_has_its_extra"
