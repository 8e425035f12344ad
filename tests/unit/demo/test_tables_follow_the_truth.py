"""The tables hold what the curves promise: the truth is that of the generator.

Marts that show these curves come later; here the tables are counted directly. Allowed
is what chance does in one of some ten thousand cases (four standard errors).
"""

from collections.abc import Iterator

import duckdb
import pytest

from pipelines.demo import curves
from pipelines.demo.companies import company_world
from pipelines.demo.generate import create_company
from pipelines.demo.world import Segment

WORLD = company_world(seed=11, scale=0.3, months=36)
SEGMENTS = {segment.name: segment for segment in WORLD.segments}
LARGE = [name for name in SEGMENTS if name != "vet_hospitals"]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def tables(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[duckdb.DuckDBPyConnection]:
    place = tmp_path_factory.mktemp("tables")
    with duckdb.connect(str(place / "company.duckdb")) as connection:
        create_company(connection, WORLD, place)
        yield connection


def assert_near(part: int, whole: int, rate: float) -> None:
    assert whole >= 100
    error = (rate * (1 - rate) / whole) ** 0.5
    assert abs(part / whole - rate) <= 4 * error, (part / whole, rate, whole)


def segment_of(name: str) -> tuple[Segment, int]:
    return SEGMENTS[name], list(SEGMENTS).index(name) + 1


@pytest.mark.parametrize("name", LARGE)
@pytest.mark.parametrize("days", [30, 90, 365])
def test_deals_are_won_and_lost_by_the_day_that_is_told(
    tables: duckdb.DuckDBPyConnection, name: str, days: int
) -> None:
    segment, number = segment_of(name)
    row = tables.execute(
        "select count(*), count(*) filter (where is_won and closed_date"
        " - created_date <= $1), count(*) filter (where not is_won and closed_date"
        " - created_date <= $1) from opportunities"
        " where opportunity_type = 'new' and segment_no = $2",
        [days, number],
    ).fetchone()
    assert row is not None
    whole, won, lost = row
    assert_near(won, whole, curves.won_by(segment, days))
    assert_near(lost, whole, curves.lost_by(segment, days))


@pytest.mark.parametrize("name", LARGE)
def test_closed_deals_are_won_as_often_as_is_told(
    tables: duckdb.DuckDBPyConnection, name: str
) -> None:
    segment, number = segment_of(name)
    row = tables.execute(
        "select count(*), count(*) filter (where is_won) from opportunities"
        " where opportunity_type = 'new' and segment_no = ?"
        " and closed_date < date '2026-01-01'",
        [number],
    ).fetchone()
    assert row is not None
    closed, won = row
    assert_near(won, closed, curves.closed_rate(segment, WORLD))


@pytest.mark.parametrize("name", ["physio_clinics", "driving_schools"])
@pytest.mark.parametrize("age", [1, 6, 12])
def test_customers_stay_as_long_as_is_told(
    tables: duckdb.DuckDBPyConnection, name: str, age: int
) -> None:
    """Customers whose first `age` month ends are all known; a zero ends them."""
    segment, number = segment_of(name)
    row = tables.execute(
        "with followed as (select account_id, date_trunc('month', first_paid_date)"
        " as first_month from customers where segment_no = $1 and first_paid_date"
        " < date '2026-01-01' - to_months($2)),"
        " ends as (select followed.account_id, count(mrr_amount) as ends from followed"
        " left join customer_mrr_at(timestamp '2026-02-01') as mrr"
        " on mrr.account_id = followed.account_id and mrr_amount > 0"
        " and mrr.month_start >= first_month"
        " and mrr.month_start <= first_month + to_months($2) group by 1)"
        " select count(*), count(*) filter (where ends = $2 + 1) from ends",
        [number, age],
    ).fetchone()
    assert row is not None
    whole, stayed = row
    told = curves.survival(segment, age, is_lean=False)[age]
    assert_near(stayed, whole, told)


@pytest.mark.parametrize("name", LARGE)
def test_customers_leave_as_often_as_their_hazards_say(
    tables: duckdb.DuckDBPyConnection, name: str
) -> None:
    """Over all months: how many paid when one began, and not when it ended."""
    row = tables.execute(
        "with paid as (select account_id, month_start"
        " from customer_mrr_at(timestamp '2026-01-01') where mrr_amount > 0),"
        " lost as (select cast(month_start + to_months(1) as date) as month_start,"
        " account_id from paid except select month_start, account_id from paid)"
        " select (select count(*) from lost"
        " inner join segments_on(lost.month_start) as there"
        " on lost.account_id = there.account_id where segment = $1"
        " and month_start < date '2026-01-01'),"
        " sum(customers), sum(customers * churn_rate) / sum(customers)"
        " from churn_truth(timestamp '2026-01-01') where segment = $1",
        [name],
    ).fetchone()
    assert row is not None
    left, customer_months, rate = row
    assert_near(left, int(customer_months), rate)


@pytest.mark.parametrize("name", LARGE)
def test_answers_follow_the_mean_propensity(
    tables: duckdb.DuckDBPyConnection, name: str
) -> None:
    """Over all waves, weighing who is asked as who answers is weighed."""
    rows = tables.execute(
        "select pmf = 'very', very_disappointed_rate from responses"
        " inner join p_segment on responses.segment_no = p_segment.segment_no"
        " where segment = ? and is_finished and pmf <> 'no longer'",
        [name],
    ).fetchall()
    expected = sum(float(rate) for _, rate in rows) / len(rows)
    assert_near(sum(is_very for is_very, _ in rows), len(rows), expected)


def test_reply_depends_on_segment_and_tenure_only(
    tables: duckdb.DuckDBPyConnection,
) -> None:
    rows = tables.execute(
        "select pmf = 'very', count(*), count(*) filter (where fate in ('partial',"
        " 'finished')) from invitations where response_rate = 0.34"
        " and fate <> 'bounced' group by 1 order by 1"
    ).fetchall()
    assert len(rows) == 2
    for _, asked, replied in rows:
        assert_near(replied, asked, 0.34)


@pytest.mark.parametrize("name", ["physio_clinics", "dental_practices"])
def test_referrals_grow_as_told(tables: duckdb.DuckDBPyConnection, name: str) -> None:
    segment, number = segment_of(name)
    rows = tables.execute(
        "select date_diff('month', date '2023-01-01', cast(created_at as date)),"
        " channel = 'referral' from accounts where segment_no = ?"
        " and kind in ('deal', 'signup', 'trial')",
        [number],
    ).fetchall()
    expected = sum(segment.referral + segment.referral_growth * m for m, _ in rows)
    assert_near(sum(is_one for _, is_one in rows), len(rows), expected / len(rows))


def test_sales_rise_and_fall_where_they_should(
    tables: duckdb.DuckDBPyConnection,
) -> None:
    """New customers of the last quarter against the one before, and a year ago."""

    def customers(name: str, first: str, last: str) -> int:
        row = tables.execute(
            "select count(*) from customers where segment_no = ?"
            f" and first_paid_date >= date '{first}'"
            f" and first_paid_date < date '{last}'",
            [segment_of(name)[1]],
        ).fetchone()
        assert row is not None
        return int(row[0])

    quarters = {
        name: (
            customers(name, "2025-10-01", "2026-01-01"),
            customers(name, "2025-07-01", "2025-10-01"),
            customers(name, "2024-10-01", "2025-01-01"),
        )
        for name in LARGE
    }
    for name in ("physio_clinics", "beauty_salons"):
        last, before, year_ago = quarters[name]
        assert last > 1.3 * before
        assert last > 1.3 * year_ago
    for name in ("dental_practices", "driving_schools"):
        last, before, year_ago = quarters[name]
        assert last < 0.8 * before
        assert last < 0.8 * year_ago


def test_recurring_revenue_moves_without_a_gap(
    tables: duckdb.DuckDBPyConnection,
) -> None:
    """Opening plus movements is closing, and closing is the next opening."""
    months = tables.execute(
        "select month_start, sum(case when movement in ('new', 'reactivation',"
        " 'expansion') then amount when movement in ('churn', 'contraction')"
        " then -amount else 0 end), sum(closing_amount)"
        " from mrr_movements_at(timestamp '2026-01-01') group by 1 order by 1"
    ).fetchall()
    assert len(months) == 36
    opening = 0
    for _, moved, closing in months:
        assert opening + moved == closing
        opening = closing
    total = tables.execute(
        "select sum(mrr_amount) from customer_mrr_at(timestamp '2026-01-01')"
        " where month_start = date '2025-12-01'"
    ).fetchone()
    assert total == (opening,)
