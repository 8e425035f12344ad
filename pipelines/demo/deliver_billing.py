"""Billing: subscriptions and invoices as JSON lines, versions as they come to be."""

from pipelines.demo.courier import Bad, Courier, Drop
from pipelines.demo.exports import JSON_LINES, Export, deliver_exports, instant, text
from pipelines.demo.world import World


def _instant(column: str) -> str:
    return instant(column, column)


SUBSCRIPTIONS = Export(
    feed="billing.subscriptions",
    source_system="billing",
    path="billing/subscriptions",
    macro="subscriptions",
    columns=", ".join(
        (
            "subscription_item_id as id",
            "subscription_id as subscription",
            "account_id as customer",
            "plan",
            "product",
            "status",
            text("quantity", "quantity"),
            text("unit_amount", "unit_amount"),
            "currency_code as currency",
            'billing_interval as "interval"',
            _instant("started_at"),
            _instant("trial_end_at"),
            _instant("paused_from"),
            _instant("paused_until"),
            _instant("cancel_requested_at"),
            _instant("ended_at"),
            "cancel_reason",
            text("discount_percent", "discount_percent"),
            "discount_duration",
            _instant("discount_end_at"),
            _instant("valid_from"),
            _instant("changed_at"),
        )
    ),
    key="id",
    order_by="id, valid_from",
    options=JSON_LINES,
    suffix="jsonl",
    bad=(
        Bad("money_is_readable", "unit_amount", "'free'", 2),
        Bad("value_is_known", "status", "'limbo'", 1),
        Bad("required_is_present", "currency", "null", 2),
    ),
)
INVOICES = Export(
    feed="billing.invoices",
    source_system="billing",
    path="billing/invoices",
    macro="invoices",
    columns=", ".join(
        (
            "invoice_line_id as id",
            "invoice_id as invoice",
            "account_id as customer",
            "subscription_item_id as subscription_item",
            "line_type as type",
            text("amount", "amount"),
            "currency_code as currency",
            _instant("invoiced_at"),
            _instant("paid_at"),
            text("period_start", "period_start"),
            text("period_end", "period_end"),
            _instant("due_at"),
            "status",
            _instant("changed_at"),
        )
    ),
    key="id",
    order_by="id",
    options=JSON_LINES,
    suffix="jsonl",
    bad=(Bad("date_is_readable", "period_end", "'2025-13-01'", 3),),
)


def deliver_billing(courier: Courier, world: World, drops: tuple[Drop, ...]) -> None:
    """Write the state at the as-of date, then what changed since the last drop."""
    exports = (SUBSCRIPTIONS,) if world.is_lean else (SUBSCRIPTIONS, INVOICES)
    deliver_exports(courier, exports, drops)
