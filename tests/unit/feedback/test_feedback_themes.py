"""How often the shipped dictionary of themes is right, on texts labelled by hand.

The patterns were written before the texts, and not changed after they were tried on
them: that is what makes the rates worth telling. The rule is the SQL of the model.
"""

import csv
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from statsmodels.stats.proportion import proportion_confint

ROOT = Path(__file__).resolve().parents[3]
TEXTS = Path(__file__).with_name("texts.csv")
MODEL = ROOT / "models/intermediate/fit/feedback/int_feedback_themed.sql"
NONE = "none"

Labelled = list[tuple[str, str, str]]
"""Text, theme by hand, theme by rule."""


@pytest.fixture(scope="module")
def labelled(
    compile_with_dbt: Callable[..., tuple[dict[str, str], dict[str, str]]],
) -> Labelled:
    """Every text with both its themes; `none` where there is none."""
    sql, errors = compile_with_dbt(
        {
            "models/int_feedback_themed.sql": MODEL.read_text(),
            "models/stg_product__feedback.sql": "select 1 as only_its_name_matters",
            "models/feedback_themes.sql": "select 1 as only_its_name_matters",
        }
    )
    assert errors == {}
    texts = list(csv.DictReader(TEXTS.open(encoding="utf-8")))
    with duckdb.connect() as connection:
        connection.execute(
            "create table stg_product__feedback (source_system varchar, feedback_id"
            " varchar, body varchar, theme varchar, given_date date)"
        )
        connection.executemany(
            "insert into stg_product__feedback values ('s', ?, ?, null, '2026-01-01')",
            [[str(number), text["text"]] for number, text in enumerate(texts)],
        )
        connection.execute(
            "create table feedback_themes as select * from read_csv(?, header = true,"
            " columns = {theme: 'varchar', pattern: 'varchar', precedence: 'bigint'})",
            [str(ROOT / "seeds/feedback_themes.csv")],
        )
        by_rule = {
            int(number): NONE if theme == "unmatched" else theme
            for _, number, theme, _ in connection.execute(
                sql["int_feedback_themed"]
            ).fetchall()
        }
    return [
        (text["text"], text["theme"], by_rule[number])
        for number, text in enumerate(texts)
    ]


def rates(labelled: Labelled) -> dict[str, tuple[int, int]]:
    """Right and all: of the themes that the rule gave, and of those that there are."""
    right = sum(hand == rule != NONE for _, hand, rule in labelled)
    return {
        "precision": (right, sum(rule != NONE for *_, rule in labelled)),
        "recall": (right, sum(hand != NONE for _, hand, _ in labelled)),
    }


def test_enough_different_texts_are_labelled(labelled: Labelled) -> None:
    assert len({text for text, *_ in labelled}) == len(labelled) >= 150
    by_hand = [hand for _, hand, _ in labelled]
    with (ROOT / "seeds/feedback_themes.csv").open(encoding="utf-8") as seed:
        themes = {row["theme"] for row in csv.DictReader(seed)}
    assert set(by_hand) == themes | {NONE}
    assert by_hand.count(NONE) >= 40, "what is no theme must be tried as well"


@pytest.mark.parametrize(("rate", "at_least"), [("precision", 0.75), ("recall", 0.5)])
def test_the_dictionary_is_as_good_as_is_said(
    labelled: Labelled, rate: str, at_least: float
) -> None:
    """The lower bound counts, and the documentation tells these very numbers."""
    right, of = rates(labelled)[rate]
    low, high = proportion_confint(right, of, method="wilson")
    assert low >= at_least
    told = (
        f"| {rate} | {right} of {of} | {right / of:.1%} | {low:.1%} to {high:.1%} |"
    ).replace("%", " %")
    assert told in (ROOT / "docs/feedback.md").read_text(encoding="utf-8")


def test_a_dictionary_without_rules_finds_nothing(labelled: Labelled) -> None:
    """The measure itself can fail: nothing found is no recall, and no precision."""
    silent = [(text, hand, NONE) for text, hand, _ in labelled]
    assert rates(silent)["recall"][0] == 0
    assert rates(silent)["precision"] == (0, 0)
