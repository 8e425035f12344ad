"""The statistics macros, compiled by dbt once per session and run in DuckDB.

Each entry of CALLS is one use of a macro over the columns of a relation `cases`.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import duckdb
import pytest


class Call(NamedTuple):
    """A macro call, and the columns that it reads."""

    columns: str
    expression: str
    is_aggregate: bool = False


SAMPLE = "y decimal(18,4), x decimal(18,4)"
SUMS = "'sum(y)', 'sum(x)', 'sum(y * y)', 'sum(x * y)', 'sum(x * x)', 'count(*)'"
CLUSTERED = "n_effective double, accounts bigint"

CALLS = {
    "wilson": Call("k bigint, n bigint", "{{ wilson_interval('k', 'n') }}"),
    "wilson_clustered": Call(
        f"k bigint, n bigint, {CLUSTERED}",
        "{{ wilson_interval('k', 'n', 'n_effective', 'accounts') }}",
    ),
    "wilson_bounds": Call(
        "k double, n double",
        "{{ wilson_bound('k', 'n', 'low') }} as ci_low,"
        " {{ wilson_bound('k', 'n', 'high') }} as ci_high",
    ),
    "nps": Call("p bigint, d bigint, n bigint", "{{ nps_interval('p', 'd', 'n') }}"),
    "nps_clustered": Call(
        f"p bigint, d bigint, n bigint, {CLUSTERED}",
        "{{ nps_interval('p', 'd', 'n', 'n_effective', 'accounts') }}",
    ),
    "ratio": Call(SAMPLE, f"{{{{ ratio_interval({SUMS}) }}}}", is_aggregate=True),
    "share": Call(
        SAMPLE, f"{{{{ ratio_interval({SUMS}, lower=0, upper=1) }}}}", is_aggregate=True
    ),
    "ratio_bounds": Call(
        SAMPLE,
        f"{{{{ ratio_bound({SUMS}, 'low') }}}} as ci_low,"
        f" {{{{ ratio_bound({SUMS}, 'high') }}}} as ci_high",
        is_aggregate=True,
    ),
    "part": Call(
        SAMPLE,
        "{{ ratio_share_interval('sum(y)', 'sum(x)', 'sum(x * x)', 'count(*)') }}",
        is_aggregate=True,
    ),
    "fieller": Call(SAMPLE, f"{{{{ fieller_interval({SUMS}) }}}}", is_aggregate=True),
    "fieller_bounds": Call(
        SAMPLE,
        f"{{{{ fieller_bound({SUMS}, 'low') }}}} as ci_low,"
        f" {{{{ fieller_bound({SUMS}, 'high') }}}} as ci_high",
        is_aggregate=True,
    ),
    "difference": Call(
        "p double, l double, u double, q double, ql double, qu double",
        "{{ difference_bound('p', 'l', 'u', 'q', 'ql', 'qu', 'low') }} as ci_low,"
        " {{ difference_bound('p', 'l', 'u', 'q', 'ql', 'qu', 'high') }} as ci_high",
    ),
    "clustered_size": Call(
        "y bigint, x bigint, a bigint, yy double, xy double, xx double",
        "{{ clustered_size('y', 'x', 'a', 'yy', 'xy', 'xx') }} as size",
    ),
    "normal_upper_point": Call("p double", "{{ normal_upper_point('p') }} as point"),
    "detectable_rise": Call(
        "p double, n double, r double", "{{ detectable_rise('p', 'n', 'r') }} as rise"
    ),
    "viral_multiple": Call(
        "k double, cycles double", "{{ viral_multiple('k', 'cycles') }} as multiple"
    ),
    "verdict": Call(
        "l double, u double, t double, enough boolean",
        "{{ interval_verdict('l', 'u', 't', 'enough') }} as verdict",
    ),
    "t_quantile": Call("df bigint", "{{ t_quantile_975('df') }} as quantile"),
    "kaplan_meier": Call(
        "t bigint, n bigint, d bigint", "t, {{ kaplan_meier('n', 'd', 't') }}"
    ),
    "log_log": Call(
        "k bigint, n bigint, p double, e double, least bigint",
        "{{ log_log_interval('k', 'n', 'p', 'e', 'least', 'greenwood_log_log') }}",
    ),
    "log_log_bounds": Call(
        "p double, e double, n bigint",
        "{{ log_log_bound('p', 'e', 'n', 'low') }} as ci_low,"
        " {{ log_log_bound('p', 'e', 'n', 'high') }} as ci_high",
    ),
    "aalen_johansen": Call(
        "t bigint, s double, n bigint, d bigint",
        "t, {{ aalen_johansen('s', 'n', 'd', 't') }} as incidence",
    ),
    "aalen_johansen_error": Call(
        "t bigint, i double, s double, n bigint, d bigint, d_cause bigint",
        "t, {{ aalen_johansen_error('i', 's', 'n', 'd', 'd_cause', 't') }} as error",
    ),
    "restricted_mean": Call(
        "t bigint, s double, w double",
        "t, {{ restricted_mean('s', 'w', 't') }} as mean",
    ),
    "survival_median": Call(
        "t bigint, s double",
        "{{ survival_median('t', 's') }} as median",
        is_aggregate=True,
    ),
    "log_rank": Call(
        "d bigint, n bigint, d_all bigint, n_all bigint",
        "{{ log_rank('d', 'n', 'd_all', 'n_all') }}",
    ),
    "log_rank_chi_square": Call(
        "o double, v double", "{{ log_rank_chi_square('o', 'v') }} as chi_square"
    ),
    "incomplete_gamma": Call(
        "a double, x double",
        "{{ incomplete_gamma('a', 'x') }} as lower,"
        " {{ incomplete_gamma('a', 'x', tail='upper') }} as upper",
    ),
    "incomplete_beta": Call(
        "a double, b double, x double",
        "{{ incomplete_beta('a', 'b', 'x') }} as lower,"
        " {{ incomplete_beta('a', 'b', 'x', tail='upper') }} as upper",
    ),
    "beta_tail_ratio": Call(
        "a double, b double, x double",
        "a, b, x, {{ beta_tail_ratio('a', 'b', 'x') }} as tail_ratio",
    ),
    "beta_quantile_step": Call(
        "a double, b double, x double, tail_ratio double",
        "a, b, {{ beta_quantile_step('a', 'b', 'x', 'tail_ratio') }} as x",
    ),
    "chi_square_tail": Call(
        "x double, df bigint", "{{ chi_square_tail('x', 'df') }} as p"
    ),
    "t_tail": Call("t double, df bigint", "{{ t_tail('t', 'df') }} as p"),
    "chi_square_quantile": Call(
        "df double",
        "{{ chi_square_quantile('df', 'low') }} as low,"
        " {{ chi_square_quantile('df', 'high') }} as high",
    ),
    "poisson": Call(
        "k bigint",
        "{{ poisson_bound('k', 'low') }} as low,"
        " {{ poisson_bound('k', 'high') }} as high",
    ),
    "amount_per_count": Call(
        "amount decimal(18,4), k bigint", "{{ poisson_interval('amount', 'k') }}"
    ),
    "needed_sample": Call(
        "p double, t double", "{{ needed_sample('p', 't') }} as needed"
    ),
    "needed_events": Call(
        "p double, p0 double", "{{ needed_events('p', 'p0') }} as needed"
    ),
    "quantile_of_counts": Call(
        "v bigint, c bigint, n bigint",
        "{{ quantile_of_counts('v', 'c', 'n', 0.25) }} as p25,"
        " {{ quantile_of_counts('v', 'c', 'n', 0.5) }} as p50,"
        " {{ quantile_of_counts('v', 'c', 'n', 0.9) }} as p90",
        is_aggregate=True,
    ),
    "rank_score": Call("r bigint, n bigint", "{{ rank_score('r', 'n') }} as score"),
    "running_share": Call(
        "amount decimal(18,4), part bigint, parts bigint",
        "{{ running_share('amount', 'part', 'parts', 4) }} as share",
    ),
    "safe_divide": Call(
        "a decimal(18,4), b bigint", "{{ safe_divide('a', 'b') }} as quotient"
    ),
    "sum_of_largest": Call(
        "v decimal(19,4)",
        "{{ sum_of_largest('v', 3) }} as top",
        is_aggregate=True,
    ),
    "sample_rules": Call(
        "n bigint, accounts bigint",
        "{{ min_n_met('n') }} as is_min_n_met,"
        " {{ is_suppressed('n') }} as is_suppressed,"
        " {{ min_n_met('n', 'accounts') }} as is_min_n_met_clustered",
    ),
    "clamp": Call(
        "v double",
        "{{ clamp('v') }} as unbound, {{ clamp('v', lower=0) }} as from_zero,"
        " {{ clamp('v', upper=1) }} as to_one, {{ clamp('v', 0, 1) }} as within",
    ),
    "as_of": Call("instant timestamp", "{{ as_of() }} as as_of"),
    "to_local": Call("instant timestamp", "{{ to_local('instant') }} as local_at"),
}
REFUSED = {
    "side": "{{ wilson_bound('k', 'n', 'lower') }}",
    "tail": "{{ incomplete_gamma('a', 'x', tail='both') }}",
    "date": "{{ checked_variable('as_of', '2026-1-5', '[0-9-]{10}', '2026-01-05') }}",
    "sql": "{{ checked_variable('tz', \"UTC' or 1\", '[A-Za-z/]+', 'Europe/Berlin') }}",
}

Rows = list[dict[str, Any]]
Evaluate = Callable[[str, Iterable[tuple[Any, ...]]], Rows]


CompileWithDbt = Callable[..., tuple[dict[str, str], dict[str, str]]]


@pytest.fixture(scope="session")
def ran_macros(
    compile_with_dbt: CompileWithDbt,
) -> tuple[dict[str, str], dict[str, str]]:
    """The SQL of each of CALLS, and what dbt said to each of REFUSED."""
    calls = {
        f"models/{name}.sql": "{{ config(pre_hook='create or replace table cases ("
        f"{call.columns})') }}}} select {call.expression} from cases"
        + ("" if call.is_aggregate else " order by rowid")
        for name, call in CALLS.items()
    }
    refused = {
        # only when it runs, since an error while parsing would end the whole run
        f"models/{name}.sql": f"select {{% if execute %}}{text}{{% endif %}} as refused"
        for name, text in REFUSED.items()
    }
    return compile_with_dbt({**calls, **refused}, command="run")


@pytest.fixture(scope="session")
def refusals(ran_macros: tuple[dict[str, str], dict[str, str]]) -> dict[str, str]:
    """What dbt said to each call of REFUSED."""
    _, errors = ran_macros
    assert set(errors) == set(REFUSED)
    return errors


@pytest.fixture(scope="session")
def evaluate(
    ran_macros: tuple[dict[str, str], dict[str, str]],
) -> Iterator[Evaluate]:
    """Runs a call over rows; an aggregate returns one row for all of them."""
    sql, _ = ran_macros

    connection = duckdb.connect()

    def run(name: str, rows: Iterable[tuple[Any, ...]]) -> Rows:
        call = CALLS[name]
        connection.execute(f"create or replace table cases ({call.columns})")
        if values := list(rows):
            row = f"({', '.join('?' for _ in call.columns.split(', '))})"
            every_row = ", ".join(row for _ in values)
            cells = [cell for value in values for cell in value]
            connection.execute(f"insert into cases values {every_row}", cells)
        cursor = connection.execute(sql[name])
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    yield run
    connection.close()
