"""How a run ended is worked out from its record, once, whoever asks."""

from datetime import date
from pathlib import Path

import pytest

from pipelines import record
from pipelines.conclusion import conclude, error_of, sentence
from pipelines.errors import FitmartError
from pipelines.project import Home, Settings
from pipelines.publishing.outcome import Refusal

RUN = "run-1"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    home = Home(tmp_path / "home")
    home.runs.mkdir(parents=True)
    made = Settings(
        home=home, landing=tmp_path, contracts=tmp_path, as_of=date(2026, 1, 1)
    )
    record.start(made, RUN)
    return made


@pytest.mark.parametrize(
    ("is_new", "state"), [(True, "published"), (False, "unchanged")]
)
def test_a_run_with_a_publication_ended_well(
    settings: Settings, is_new: bool, state: str
) -> None:
    record.update(settings.home, RUN, publication={"is_new": is_new})
    assert conclude(settings, RUN).state == state


def test_a_refusal_is_told_in_one_sentence(settings: Settings) -> None:
    refusals = (
        Refusal("a", "orders.csv was refused", (), "Correct it."),
        Refusal("b", "3 rows", (), "Look."),
    )
    record.update(settings.home, RUN, refusals=refusals)
    done = conclude(settings, RUN)
    assert done.state == "refused"
    assert sentence(done) == (
        "Not published, because orders.csv was refused (and 1 more: fitmart status); "
        "what to do: Correct it."
    )


def test_what_nobody_foresaw_is_not_taken_for_its_consequences(
    settings: Settings,
) -> None:
    """dbt had ended well when the step broke, so that no later check reported."""
    record.update(settings.home, RUN, invocation_id="invocation-1")
    done = conclude(settings, RUN, "ValueError: boom\n\nTraceback …")
    assert (done.state, done.refusals) == ("failed", ())
    error = error_of(done)
    assert error is not None
    assert error.problem == "the run failed unexpectedly: ValueError: boom"
    assert "Traceback" in Path(str(error.file)).read_text()
    assert str(error.file) in sentence(done)


def test_the_first_to_conclude_is_right(settings: Settings) -> None:
    error = FitmartError("the disk is full", file="/srv", remedy="Make room.")
    record.update(settings.home, RUN, error=error.parts)
    first = conclude(settings, RUN, "something else")
    assert first.state == "failed"
    assert conclude(settings, RUN, "and again") == first
    assert sentence(first) == (
        "Not published, because the disk is full (/srv); what to do: Make room."
    )


def test_a_run_that_says_nothing_has_a_remedy_all_the_same(settings: Settings) -> None:
    done = conclude(settings, RUN)
    assert done.state == "failed"
    assert "Run again" in sentence(done)
