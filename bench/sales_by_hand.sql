-- The tables of `bench/sales.py` by hand: one script for this one company, which knows
-- that there is one source of each kind, that ids match, and what need not be checked.

create schema by_hand;

create macro z() as 1.959963984540054;
create macro month_of(day) as cast(date_trunc('month', day) as date);
create macro months_on(day, n) as cast(day + to_months(cast(n as integer)) as date);
create macro share(k, n) as if(n >= 10, k / n, null);
create macro wilson_of(k, n, side) as (
    k + z() * z() / 2 + side * z() * sqrt(greatest(k * (n - k), 0) / n + z() * z() / 4)
) / (n + z() * z());
create macro wilson(k, n, side) as if(n >= 10, wilson_of(k, n, side), null);
create macro t_975(df) as if(df >= 29, z(), [
    12.7062047361747, 4.3026527297495, 3.1824463052837, 2.7764451051978,
    2.5705818356363, 2.4469118511450, 2.3646242515928, 2.3060041352042,
    2.2621571627982, 2.2281388519863, 2.2009851600916, 2.1788128296672,
    2.1603686564628, 2.1447866879178, 2.1314495455598, 2.1199052992213,
    2.1098155778333, 2.1009220402410, 2.0930240544083, 2.0859634472659,
    2.0796138447277, 2.0738730679040, 2.0686576104190, 2.0638985616280,
    2.0595385527533, 2.0555294386429, 2.0518305164803, 2.0484071417952
][df]);
create macro residuals(y, x, yy, xy, xx) as yy - 2 * y / x * xy + y / x * y / x * xx;
create macro bound(y, x, yy, xy, xx, n, side, low, high) as if(
    n >= 10 and residuals(y, x, yy, xy, xx) > 1e-12 * yy,
    least(high, greatest(low, y / x + side * t_975(n - 1)
        * sqrt(n / (n - 1) * residuals(y, x, yy, xy, xx)) / x)),
    null
);

create macro bound_of_share(y, x, xx, n, side) as
    wilson_of(y / x * x * x / xx, if(n >= 10, x * x / xx, null), side);

-- Who is who -----------------------------------------------------------------------

create table by_hand.accounts as
select
    account_id,
    'crm:' || coalesce(into_account_id, account_id) as customer_key,
    coalesce(into_account_id, account_id) as customer_account_id,
    coalesce(is_internal, false) as is_internal,
    coalesce(is_test, false) as is_test
from raw_crm.accounts
left join (
    select from_account_id, into_account_id from raw_crm.account_merges
    where merged_at < date '2026-01-01'
) on account_id = from_account_id
where not is_deleted or into_account_id is not null;

create table by_hand.segments as
select
    account_id,
    segment as segment_id,
    if(number = 1, date '0001-01-01', valid_from_date) as valid_from_date,
    coalesce(next_date, date '9999-12-31') as valid_to_date
from (
    select
        *,
        row_number() over history as number,
        lead(valid_from_date) over history as next_date
    from (
        select account_id, segment, cast(valid_from as date) as valid_from_date
        from raw_crm.account_segments
    )
    window history as (partition by account_id order by valid_from_date)
);

create table by_hand.rates as
select
    currency_code,
    cast(rate as double) as fx_rate,
    rate_date as valid_from_date,
    coalesce(
        lead(rate_date) over (partition by currency_code order by rate_date),
        rate_date + 31
    ) as valid_to_date
from raw_finance.fx_rates
where currency_code <> 'EUR' and rate_date < date '2026-01-01'
union all
select 'EUR', 1.0, date '0001-01-01', date '9999-12-31';

-- Orders ---------------------------------------------------------------------------

create table by_hand.fct_orders as
with sold as (
    select order_id, min(cast(ordered_at as date)) as sold_date
    from raw_shop.order_lines
    where line_type not in ('refund', 'cancellation') and ordered_at < date '2026-01-01'
    group by order_id
), lines as (
    select
        coalesce(a.customer_key, 'shop:' || l.customer_id) as customer_key,
        a.customer_account_id,
        coalesce(a.is_internal or a.is_test, false) as is_ours,
        l.currency_code,
        coalesce(s.sold_date, cast(l.ordered_at as date)) as order_date,
        l.order_id,
        l.line_type,
        l.channel,
        l.line_amount
    from raw_shop.order_lines as l
    left join by_hand.accounts as a on l.account_id = a.account_id
    left join sold as s on l.related_order_id = s.order_id
    where l.ordered_at < date '2026-01-01'
), days as (
    select
        customer_key,
        currency_code,
        order_date,
        any_value(customer_account_id) as account_id,
        min(channel) as channel,
        sum(line_amount) as net_amount,
        coalesce(sum(line_amount) filter (where line_amount < 0), 0) as returned_amount,
        count(*) as line_count,
        count(*) filter (where line_type = 'cancellation') as cancellation_line_count,
        count(*) filter (where line_type = 'refund') as refund_line_count,
        count(distinct order_id) as source_order_count,
        bool_or(is_ours) as is_ours
    from lines
    group by customer_key, currency_code, order_date
)
select
    days.* exclude (account_id, is_ours),
    coalesce(segment_id, 'unknown') as segment_id,
    net_amount > 0 and not is_ours as is_counted
from days
left join by_hand.segments as s
    on days.account_id = s.account_id
    and order_date >= valid_from_date and order_date < valid_to_date;

create table by_hand.buyers as
with days as (
    select
        customer_key,
        order_date,
        any_value(segment_id) as segment_id,
        row_number() over (partition by customer_key order by order_date) as number
    from by_hand.fct_orders
    where is_counted
    group by customer_key, order_date
)
select
    customer_key,
    any_value(segment_id) filter (where number = 1) as segment_id,
    count(*) as days,
    min(order_date) as first_date,
    min(order_date) filter (where number = 2) as second_date,
    max(order_date) as last_date
from days
group by customer_key;

create table by_hand.sales_repeat_rate__cohort_month as
select
    if(grouping(segment_id) = 1, 'all', segment_id) as segment_id,
    if(grouping(month) = 1, 'all', strftime(month, '%Y-%m')) as cohort_label,
    label as window_label,
    count(*) as customer_count,
    count(*) filter (where observed and repeating) as numerator,
    count(*) filter (where observed) as denominator,
    share(numerator, denominator) as estimate,
    wilson(numerator, denominator, -1) as ci_low,
    wilson(numerator, denominator, 1) as ci_high
from (
    select
        segment_id,
        label,
        month_of(first_date) as month,
        window_days is null or date '2026-01-01' - first_date >= window_days as observed,
        second_date is not null
        and coalesce(second_date - first_date < window_days, true) as repeating
    from by_hand.buyers
    cross join (
        values ('30d', 30), ('90d', 90), ('180d', 180), ('365d', 365), ('to_date', null)
    ) as windows (label, window_days)
)
group by label, cube (segment_id, month);

create table by_hand.sales_rfm__customer as
with amounts as (
    select
        customer_key,
        sum(cast(net_amount * fx_rate as decimal(18, 4))) as amount
    from by_hand.fct_orders as o
    inner join by_hand.rates as r
        on o.currency_code = r.currency_code
        and order_date >= valid_from_date and order_date < valid_to_date
    where is_counted
    group by customer_key
)
select
    customer_key,
    segment_id,
    days - 1 as repeat_order_count,
    date '2026-01-01' - last_date as days_since_last,
    amount as net_amount_reporting,
    5 - (5 * (rank() over (order by date '2026-01-01' - last_date) - 1)
        // count(*) over ()) as recency_score,
    1 + 5 * (rank() over (order by days) - 1) // count(*) over () as frequency_score,
    1 + 5 * (rank() over (order by amount) - 1) // count(*) over () as monetary_score
from by_hand.buyers
inner join amounts using (customer_key);

-- Recurring revenue ----------------------------------------------------------------

create table by_hand.revenue as
with versions as (
    select
        *,
        cast(valid_from as date) as from_date,
        coalesce(lead(cast(valid_from as date)) over (
            partition by subscription_item_id order by valid_from
        ), date '9999-12-31') as to_date
    from raw_billing.subscriptions
    where valid_from < date '2026-01-01'
), months as (
    select
        *,
        unnest(generate_series(
            date_trunc('month', greatest(from_date, started_at::date, trial_end_at::date)),
            date_trunc('month', least(
                to_date, ended_at::date, date '2026-01-01'
            )) - interval 1 month,
            interval 1 month
        ))::date as month
    from versions
    where status in ('active', 'past_due')
), items as (
    select
        a.customer_key,
        m.currency_code,
        m.month,
        m.billing_interval,
        cast(quantity * unit_amount * (100 - case
            when discount_duration = 'forever'
                or cast(discount_end_at as date) >= months_on(months_on(month, 1),
                    if(billing_interval = 'year', 12, 1))
                then coalesce(discount_percent, 0)
            else 0
        end) / 100 / if(billing_interval = 'year', 12, 1) as decimal(18, 4)) as amount
    from months as m
    inner join by_hand.accounts as a on m.account_id = a.account_id
    where not a.is_internal and not a.is_test
)
select
    customer_key,
    currency_code,
    month,
    count(*) as item_count,
    if(min(billing_interval) = max(billing_interval),
        if(min(billing_interval) = 'year', 'annual', 'monthly'), 'mixed')
        as contract_type,
    sum(amount) as amount
from items
group by customer_key, currency_code, month
having sum(amount) > 0;

create table by_hand.monthly_rates as
select
    r.currency_code,
    cast(m.month as date) as month,
    fx_rate,
    coalesce(lag(fx_rate, 1) over later, fx_rate) as rate_1_before,
    coalesce(lag(fx_rate, 3) over later, fx_rate) as rate_3_before,
    coalesce(lag(fx_rate, 12) over later, fx_rate) as rate_12_before
from (
    select unnest(generate_series(
        (select min(month) from by_hand.revenue),
        timestamp '2025-12-01', interval 1 month
    )) as month
) as m
inner join by_hand.rates as r
    on last_day(m.month) >= valid_from_date and last_day(m.month) < valid_to_date
window later as (partition by r.currency_code order by m.month);

create table by_hand.fct_mrr_customer_month as
with paid as (
    select
        customer_key,
        month,
        contract_type,
        item_count,
        cast(amount * fx_rate as decimal(18, 4)) as mrr_amount,
        cast(amount * rate_1_before as decimal(18, 4)) as constant_amount,
        cast(amount * rate_3_before as decimal(18, 4)) as amount_3,
        cast(amount * rate_12_before as decimal(18, 4)) as amount_12
    from by_hand.revenue
    inner join by_hand.monthly_rates using (currency_code, month)
), lives as (
    select
        customer_key,
        min(month) as first_month,
        unnest(generate_series(
            min(month), least(max(month) + interval 1 month, timestamp '2025-12-01'),
            interval 1 month
        ))::date as month
    from paid
    group by customer_key
), filled as (
    select
        l.customer_key,
        l.month,
        first_month,
        contract_type,
        coalesce(item_count, 0) as item_count,
        coalesce(mrr_amount, 0) as mrr_amount,
        coalesce(constant_amount, 0) as constant_mrr_amount,
        coalesce(amount_3, 0) as amount_3,
        coalesce(amount_12, 0) as amount_12,
        coalesce(lag(mrr_amount) over (
            partition by l.customer_key order by l.month
        ), 0) as opening_mrr_amount
    from lives as l
    left join paid as p on l.customer_key = p.customer_key and l.month = p.month
)
select
    filled.* exclude (month, contract_type),
    coalesce(s.segment_id, 'unknown') as segment_id,
    last_value(contract_type ignore nulls) over so_far as contract_type,
    sum(if(mrr_amount > 0 and opening_mrr_amount = 0, 1, 0)) over so_far as spell_no,
    mrr_amount - constant_mrr_amount as fx_amount,
    filled.month as mrr_month
from filled
left join by_hand.segments as s
    on substr(filled.customer_key, 5) = s.account_id
    and filled.month >= valid_from_date and filled.month < valid_to_date
window so_far as (partition by filled.customer_key order by filled.month);

create table by_hand.fct_mrr_movements as
with labelled as (
    select
        *,
        constant_mrr_amount - opening_mrr_amount as difference,
        case
            when opening_mrr_amount = 0 and mrr_amount = 0 then 'none'
            when opening_mrr_amount = 0 then if(spell_no = 1, 'new', 'reactivation')
            when mrr_amount = 0 then 'churn'
            when difference > 0.005 then 'expansion'
            when difference < -0.005 then 'contraction'
            else 'none'
        end as movement
    from by_hand.fct_mrr_customer_month
)
select customer_key, segment_id, contract_type, movement, difference as amount, mrr_month
from labelled
where movement <> 'none'
union all
select customer_key, segment_id, contract_type, 'fx', difference_fx, mrr_month
from (
    select *, if(movement = 'none', mrr_amount - opening_mrr_amount, fx_amount)
        as difference_fx
    from labelled
)
where difference_fx <> 0;

create table by_hand.sales_arpa__month as
with amounts as (
    select segment_id, 'arpa' as measure, mrr_month, cast(mrr_amount as double) as y
    from by_hand.fct_mrr_customer_month
    where mrr_amount > 0
    union all
    select segment_id, 'asp', mrr_month, cast(amount as double)
    from by_hand.fct_mrr_movements
    where movement = 'new'
    union all
    select distinct segment_id, 'asp', mrr_month, null::double
    from by_hand.fct_mrr_customer_month
    where mrr_amount > 0
), sums as (
    select
        if(grouping(segment_id) = 1, 'all', segment_id) as segment_id,
        measure,
        mrr_month,
        coalesce(sum(y), 0) as numerator,
        count(y) as denominator,
        sum(y * y) as yy,
        median(y) as median_amount
    from amounts
    group by measure, mrr_month, cube (segment_id)
)
select
    * exclude (yy, median_amount),
    share(numerator, denominator) as estimate,
    if(denominator >= 10, median_amount, null) as median_amount,
    bound(numerator, denominator, yy, numerator, denominator, denominator, -1, 0, 1e300)
        as ci_low,
    bound(numerator, denominator, yy, numerator, denominator, denominator, 1, 0, 1e300)
        as ci_high
from sums;

create table by_hand.sales_revenue_concentration__month as
select
    if(grouping(segment_id) = 1, 'all', segment_id) as segment_id,
    mrr_month,
    count(*) as customer_count,
    sum(mrr_amount) as mrr_amount,
    max(mrr_amount) / sum(mrr_amount) as largest_customer_rate,
    list_sum(max(mrr_amount, 5)) / sum(mrr_amount) as top_5_customers_rate,
    list_sum(max(mrr_amount, 10)) / sum(mrr_amount) as top_10_customers_rate,
    sum(mrr_amount::double * mrr_amount::double)
    / (sum(mrr_amount)::double * sum(mrr_amount)::double) as herfindahl_index
from by_hand.fct_mrr_customer_month
where mrr_amount > 0
group by mrr_month, cube (segment_id);

create table by_hand.sales_revenue_retention__month as
with later as (
    select
        lead(segment_id) over history as segment_id,
        mrr_month,
        mrr_amount as base,
        coalesce(lead(constant_mrr_amount, 1) over history, 0) as after_1,
        coalesce(lead(amount_3, 3) over history, 0) as after_3,
        coalesce(lead(amount_12, 12) over history, 0) as after_12
    from by_hand.fct_mrr_customer_month
    window history as (partition by customer_key order by mrr_month)
), pairs as (
    select
        segment_id,
        months as horizon_months,
        months_on(mrr_month, months) as mrr_month,
        cast(base as double) as x,
        cast(case months when 1 then after_1 when 3 then after_3 else after_12 end
            as double) as y
    from later
    cross join (values (1), (3), (12)) as horizons (months)
    where base > 0 and months_on(mrr_month, months) < date '2026-01-01'
), measured as (
    select *, unnest(['nrr', 'grr']) as measure, unnest([y, least(x, y)]) as kept
    from pairs
), sums as (
    select
        if(grouping(segment_id) = 1, 'all', segment_id) as segment_id,
        horizon_months,
        mrr_month,
        measure,
        count(*) as customer_count,
        sum(kept) as numerator,
        sum(x) as denominator,
        max(x) / sum(x) as largest_customer_rate,
        sum(kept * kept) as yy,
        sum(kept * x) as xy,
        sum(x * x) as xx
    from measured
    group by horizon_months, mrr_month, measure, cube (segment_id)
)
select
    * exclude (yy, xy, xx),
    if(customer_count >= 10, numerator / denominator, null) as estimate,
    if(measure = 'grr',
        bound_of_share(numerator, denominator, xx, customer_count, -1),
        bound(numerator, denominator, yy, xy, xx, customer_count, -1, 0, 1e300)
    ) as ci_low,
    if(measure = 'grr',
        bound_of_share(numerator, denominator, xx, customer_count, 1),
        bound(numerator, denominator, yy, xy, xx, customer_count, 1, 0, 1e300)
    ) as ci_high
from sums;

-- Deals ----------------------------------------------------------------------------

create table by_hand.stage_entries as
select
    opportunity_id,
    stage,
    stage_order,
    entered_at,
    lead(entered_at) over history as left_at,
    lead(stage) over history as next_stage
from raw_crm.opportunity_stages
where entered_at < date '2026-01-01'
window history as (partition by opportunity_id order by entered_at, stage_order, stage);

create table by_hand.fct_opportunities as
with last_entries as (
    select
        opportunity_id,
        arg_max(stage, (entered_at, stage_order, stage)) as stage,
        max(entered_at) as entered_at,
        greatest(
            count(*) filter (where stage in ('Closed Won', 'Closed Lost')
                and next_stage is not null), 0
        ) as reopened_count
    from by_hand.stage_entries
    group by opportunity_id
), closed as (
    select
        o.opportunity_id,
        a.customer_key,
        a.customer_account_id,
        o.opportunity_type,
        case e.stage when 'Closed Won' then 'won' when 'Closed Lost' then 'lost'
            else 'open' end as outcome,
        cast(o.created_at as date) as created_date,
        if(outcome <> 'open', cast(e.entered_at as date), null) as closed_date,
        o.currency_code,
        o.amount,
        e.reopened_count,
        a.is_internal or a.is_test as is_ours
    from raw_crm.opportunities as o
    inner join last_entries as e on o.opportunity_id = e.opportunity_id
    left join by_hand.accounts as a on o.account_id = a.account_id
    where not o.is_deleted and o.created_at < date '2026-01-01'
)
select
    closed.* exclude (customer_account_id, is_ours),
    coalesce(created.segment_id, 'unknown') as segment_id,
    if(outcome <> 'open', coalesce(ended.segment_id, 'unknown'), null)
        as closed_segment_id,
    cast(amount * fx_rate as decimal(18, 4)) as opportunity_amount_reporting,
    not coalesce(is_ours, false) as is_counted,
    month_of(closed_date) as closed_month
from closed
left join by_hand.segments as created
    on closed.customer_account_id = created.account_id
    and created_date >= created.valid_from_date and created_date < created.valid_to_date
left join by_hand.segments as ended
    on closed.customer_account_id = ended.account_id
    and month_of(closed_date) >= ended.valid_from_date
    and month_of(closed_date) < ended.valid_to_date
left join by_hand.rates as r
    on closed.currency_code = r.currency_code
    and coalesce(closed_date, date '2025-12-31') >= r.valid_from_date
    and coalesce(closed_date, date '2025-12-31') < r.valid_to_date;

create table by_hand.sales_win_rate__month as
with deals as (
    select
        closed_segment_id as segment_id,
        opportunity_type,
        closed_month,
        outcome = 'won' as is_won,
        cast(opportunity_amount_reporting as double) as x,
        if(is_won, x, 0) as y
    from by_hand.fct_opportunities
    where is_counted and outcome <> 'open'
), sums as (
    select
        if(grouping(segment_id) = 1, 'all', segment_id) as segment_id,
        if(grouping(opportunity_type) = 1, 'all', opportunity_type) as opportunity_type,
        if(grouping(closed_month) = 1, 'all', strftime(closed_month, '%Y-%m'))
            as period_label,
        count(*) as n,
        count(*) filter (where is_won) as won,
        sum(y) as sum_y,
        sum(x) as sum_x,
        sum(y * y) as yy,
        sum(x * x) as xx
    from deals
    group by cube (segment_id, opportunity_type, closed_month)
)
select
    segment_id, opportunity_type, period_label, 'count' as measure, won as numerator,
    n as denominator, share(won, n) as estimate, wilson(won, n, -1) as ci_low,
    wilson(won, n, 1) as ci_high
from sums
union all
select
    segment_id, opportunity_type, period_label, 'value', sum_y, sum_x,
    if(n >= 10, sum_y / sum_x, null) as estimate,
    bound(sum_y, sum_x, yy, yy, xx, n, -1, 0, 1),
    bound(sum_y, sum_x, yy, yy, xx, n, 1, 0, 1)
from sums;

create table by_hand.sales_win_rate__cohort_quarter as
with deals as (
    select
        segment_id,
        opportunity_type,
        cast(date_trunc('quarter', created_date) as date) as quarter,
        coalesce(closed_date, date '2025-12-31') - created_date as days,
        date '2025-12-31' - created_date as seen,
        least(days, 366) as day,
        if(days <= 365, outcome, 'open') as outcome
    from by_hand.fct_opportunities
    where is_counted and coalesce(closed_date >= created_date, true)
), counts as (
    select
        if(grouping(segment_id) = 1, 'all', segment_id) as segment_id,
        if(grouping(opportunity_type) = 1, 'all', opportunity_type) as opportunity_type,
        if(grouping(quarter) = 1, 'all', year(quarter) || '-Q' || quarter(quarter))
            as cohort_label,
        if(grouping(quarter) = 1, null, quarter) as quarter,
        day,
        sum(won) as won,
        sum(lost) as lost,
        sum(ended) as ended,
        sum(followed) as followed,
        bool_or(is_horizon) as is_horizon
    from (
        select
            segment_id, opportunity_type, quarter, day,
            count(*) filter (where outcome = 'won') as won,
            count(*) filter (where outcome = 'lost') as lost,
            count(*) as ended, 0 as followed, false as is_horizon
        from deals
        group by segment_id, opportunity_type, quarter, day
        union all
        select
            segment_id, opportunity_type, quarter, horizon, 0, 0, 0,
            count(*) filter (where seen >= horizon), true
        from deals
        cross join (values (30), (90), (180), (365)) as horizons (horizon)
        group by segment_id, opportunity_type, quarter, horizon
    )
    group by day, cube (segment_id, opportunity_type, quarter)
), risks as (
    select
        *,
        sum(ended) over (
            partition by segment_id, opportunity_type, cohort_label order by day desc
        ) as at_risk,
        sum(ended) over (partition by segment_id, opportunity_type, cohort_label)
            as deals,
        sum(won) over curve as won_so_far,
        sum(lost) over curve as lost_so_far
    from counts
    window curve as (
        partition by segment_id, opportunity_type, cohort_label order by day
    )
), survived as (
    select
        *,
        product(if(at_risk = 0, 1, 1 - (won + lost) / at_risk)) over (
            partition by segment_id, opportunity_type, cohort_label order by day
        ) as survival
    from risks
), incidence as (
    select
        *,
        sum(before * if(at_risk = 0, 0, won / at_risk)) over curve as won_rate,
        sum(before * if(at_risk = 0, 0, lost / at_risk)) over curve as lost_rate
    from (
        select
            *,
            coalesce(lag(survival) over (
                partition by segment_id, opportunity_type, cohort_label order by day
            ), 1) as before
        from survived
    )
    window curve as (
        partition by segment_id, opportunity_type, cohort_label order by day
    )
), errors as (
    -- Aalen's estimate, from running sums: sum of (F(t) - F(s))^2 and its products
    select
        *,
        sqrt(greatest(0,
            won_rate * won_rate * sum(g) over curve
            - 2 * won_rate * sum(g * won_rate) over curve
            + sum(g * won_rate * won_rate) over curve
            + sum(w) over curve
            - 2 * (won_rate * sum(h) over curve - sum(h * won_rate) over curve)
        )) as won_error
    from (
        select
            *,
            if(at_risk > won + lost, (won + lost) / at_risk / (at_risk - won - lost), 0)
                as g,
            if(at_risk > 0, before * before * (at_risk - won) * won / at_risk ** 3, 0)
                as w,
            if(at_risk > 0, before * won / at_risk ** 2, 0) as h
        from incidence
    )
    window curve as (
        partition by segment_id, opportunity_type, cohort_label order by day
    )
)
select
    segment_id,
    cohort_label,
    opportunity_type,
    day as horizon_days,
    won_so_far as numerator,
    deals as denominator,
    lost_so_far as lost_count,
    followed as followed_count,
    if(followed >= 10, won_rate, null) as estimate,
    if(followed >= 10 and won_rate > 0,
        won_rate ** exp(z() * won_error / (won_rate * abs(ln(won_rate)))), null) as ci_low,
    if(followed >= 10 and won_rate > 0,
        won_rate ** exp(-z() * won_error / (won_rate * abs(ln(won_rate)))), null)
        as ci_high,
    if(followed >= 10, lost_rate, null) as lost_rate
from errors
where is_horizon;

create table by_hand.sales_pipeline__day as
with visits as (
    select
        a.customer_account_id,
        o.opportunity_type,
        e.stage,
        o.currency_code,
        o.amount,
        cast(e.entered_at as date) as entered_date,
        coalesce(cast(e.left_at as date), date '9999-12-31') as left_date
    from by_hand.stage_entries as e
    inner join raw_crm.opportunities as o
        on e.opportunity_id = o.opportunity_id and not o.is_deleted
    inner join by_hand.accounts as a
        on o.account_id = a.account_id and not a.is_internal and not a.is_test
    where e.stage not in ('Closed Won', 'Closed Lost')
), spans as (
    select
        coalesce(segment_id, 'unknown') as segment_id,
        opportunity_type,
        stage,
        currency_code,
        amount,
        greatest(entered_date, coalesce(valid_from_date, date '0001-01-01')) as day,
        least(left_date, coalesce(valid_to_date, date '9999-12-31')) as until
    from visits as v
    left join by_hand.segments as s
        on v.customer_account_id = s.account_id
        and entered_date < valid_to_date and left_date > valid_from_date
), changes as (
    select
        segment_id, opportunity_type, stage, currency_code, day,
        sum(deals) as deals, sum(amount) as amount
    from (
        select segment_id, opportunity_type, stage, currency_code, day, 1 as deals, amount
        from spans
        where day < until
        union all
        select segment_id, opportunity_type, stage, currency_code, until, -1, -amount
        from spans
        where day < until and until < date '2026-01-01'
    )
    group by segment_id, opportunity_type, stage, currency_code, day
), days as (
    select
        segment_id, opportunity_type, stage, currency_code,
        unnest(generate_series(min(day), timestamp '2025-12-31', interval 1 day))::date
            as day
    from changes
    group by segment_id, opportunity_type, stage, currency_code
), balances as (
    select
        d.*,
        coalesce(c.deals, 0) as deal_change,
        sum(coalesce(c.deals, 0)) over history as deals,
        sum(coalesce(c.amount, 0)) over history as amount
    from days as d
    left join changes as c
        using (segment_id, opportunity_type, stage, currency_code, day)
    window history as (
        partition by d.segment_id, d.opportunity_type, d.stage, d.currency_code
        order by d.day
    )
)
select
    if(grouping(segment_id) = 1, 'all', segment_id) as segment_id,
    if(grouping(opportunity_type) = 1, 'all', opportunity_type) as opportunity_type,
    if(grouping(stage) = 1, 'all', stage) as stage,
    day as calendar_date,
    sum(cast(amount * fx_rate as decimal(18, 4))) as open_amount,
    sum(deals) as open_deal_count,
    sum(deal_change) as changed_deal_count
from balances as b
inner join by_hand.rates as r
    on b.currency_code = r.currency_code
    and day >= valid_from_date and day < valid_to_date
group by day, cube (segment_id, opportunity_type, stage);
