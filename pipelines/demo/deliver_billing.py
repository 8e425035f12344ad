"""Billing: subscriptions and invoices as JSON lines, versions as they come to be."""

from datetime import timedelta

from pipelines.demo.courier import Bad, Courier, Drop
from pipelines.demo.world import World

SOURCE = "billing"


def _instant(column: str) -> str:
    return f"strftime({column}, '%Y-%m-%dT%H:%M:%SZ') as {column}"


SUBSCRIPTIONS = (
    "subscription_item_id as id, subscription_id as subscription,"
    " account_id as customer, plan, product, status,"
    " cast(quantity as varchar) as quantity,"
    " cast(unit_amount as varchar) as unit_amount, currency_code as currency,"
    ' billing_interval as "interval",'
    f" {_instant('started_at')}, {_instant('trial_end_at')},"
    f" {_instant('paused_from')}, {_instant('paused_until')},"
    f" {_instant('cancel_requested_at')}, {_instant('ended_at')}, cancel_reason,"
    " cast(discount_percent as varchar) as discount_percent, discount_duration,"
    f" {_instant('discount_end_at')}, {_instant('valid_from')},"
    f" {_instant('changed_at')}"
)
INVOICES = (
    "invoice_line_id as id, invoice_id as invoice, account_id as customer,"
    " subscription_item_id as subscription_item, line_type as type,"
    " cast(amount as varchar) as amount, currency_code as currency,"
    f" {_instant('invoiced_at')}, {_instant('paid_at')},"
    " cast(period_start as varchar) as period_start,"
    " cast(period_end as varchar) as period_end,"
    f" {_instant('due_at')}, status, {_instant('changed_at')}"
)
BAD_SUBSCRIPTIONS = (
    Bad("money_is_readable", "unit_amount", "'free'", 2),
    Bad("value_is_known", "status", "'limbo'", 1),
    Bad("required_is_present", "currency", "null", 2),
)
BAD_INVOICES = (Bad("date_is_readable", "period_end", "'2025-13-01'", 3),)


def deliver_billing(courier: Courier, world: World, later: tuple[Drop, ...]) -> None:
    """Write the state at the as-of date, then what changed since the last drop."""
    since = None
    for drop in (Drop("initial", world.as_of), *later):
        changed = "" if since is None else f" where changed_at >= {since}"
        stamp = f"{drop.until - timedelta(days=1):%Y%m%d}"
        courier.deliver(
            drop,
            f"billing/subscriptions_{stamp}.jsonl",
            feed="billing.subscriptions",
            source_system=SOURCE,
            select=f"select {SUBSCRIPTIONS} from subscriptions_at({drop.instant})"
            f"{changed}",
            order_by="id, valid_from",
            key="id",
            options="format json",
            bad=BAD_SUBSCRIPTIONS if since is None else (),
        )
        if not world.is_lean:
            courier.deliver(
                drop,
                f"billing/invoices_{stamp}.jsonl",
                feed="billing.invoices",
                source_system=SOURCE,
                select=f"select {INVOICES} from invoices_at({drop.instant}){changed}",
                order_by="id",
                key="id",
                options="format json",
                bad=BAD_INVOICES if since is None else (),
            )
        since = drop.instant
