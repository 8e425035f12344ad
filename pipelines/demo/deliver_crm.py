"""The CRM: a full export, then nightly files of what changed, deletions flagged."""

from pipelines.demo.courier import Bad, Courier, Drop
from pipelines.demo.exports import Export, deliver_exports, instant, text, yes_no
from pipelines.demo.world import World


def _export(
    table: str,
    columns: tuple[str, ...],
    *,
    key: str,
    order_by: str,
    bad: tuple[Bad, ...] = (),
    later_bad: tuple[Bad, ...] = (),
    is_nightly: bool = False,
    is_whole: bool = False,
) -> Export:
    return Export(
        feed=f"crm.{table}",
        source_system="crm",
        path=f"crm/{table}",
        macro=table,
        columns=", ".join(columns),
        key=key,
        order_by=order_by,
        bad=bad,
        later_bad=later_bad,
        is_nightly=is_nightly,
        is_whole=is_whole,
    )


NIGHTLY = (
    _export(
        "accounts",
        (
            "account_id as Id",
            "account_name as Name",
            "merged_into_account_id as MasterId",
            "segment as Target_Market",
            "country_code as Country",
            text("employee_count", "Employees"),
            "domain as Website",
            yes_no("is_internal", "Is_Internal"),
            yes_no("is_test", "Is_Test"),
            instant("created_at", "Created"),
            instant("changed_at", "Modified"),
            yes_no("is_deleted", "IsDeleted", "true", "false"),
        ),
        key="Id",
        order_by="Id",
        bad=(
            Bad("time_is_readable", "Created", "'2025-02-31T10:00:00Z'", 3),
            Bad("integer_is_readable", "Employees", "'about 40'", 2),
        ),
        is_nightly=True,
    ),
    _export(
        "opportunities",
        (
            "opportunity_id as Id",
            "account_id as AccountId",
            "opportunity_type as Type",
            "pipeline as Pipeline",
            "stage as StageName",
            yes_no("is_closed", "IsClosed", "true", "false"),
            yes_no("is_won", "IsWon", "true", "false"),
            text("amount", "Amount"),
            "currency_code as CurrencyIsoCode",
            "owner_id as OwnerId",
            "product as Product",
            "lead_source as LeadSource",
            "lost_reason as Loss_Reason",
            instant("lead_created_at", "Lead_Created"),
            instant("created_at", "CreatedDate"),
            text("expected_close_date", "CloseDate"),
            instant("closed_at", "Closed_At"),
            instant("changed_at", "LastModifiedDate"),
            yes_no("is_deleted", "IsDeleted", "true", "false"),
        ),
        key="Id",
        order_by="Id",
        bad=(
            Bad("money_is_readable", "Amount", "'1.200,00 EUR'", 3),
            Bad("required_is_present", "StageName", "null", 2),
            Bad("value_is_known", "Type", "'gift'", 1),
        ),
        later_bad=(Bad("date_is_readable", "CloseDate", "'soon'", 2),),
        is_nightly=True,
    ),
)
DETAILS = (
    _export(
        "account_segments",
        (
            "account_id as AccountId",
            "segment as Target_Market",
            instant("valid_from", "Valid_From"),
            instant("valid_to", "Valid_To"),
        ),
        key="AccountId",
        order_by="AccountId, Valid_From",
        is_nightly=True,
    ),
    _export(
        "contacts",
        (
            "contact_id as Id",
            "account_id as AccountId",
            "email as Email",
            "role as Role",
            "persona as Persona",
            yes_no("is_internal", "Is_Internal"),
            instant("created_at", "Created"),
        ),
        key="Id",
        order_by="Id",
        bad=(Bad("value_is_known", "Is_Internal", "'perhaps'", 2),),
        is_nightly=True,
    ),
    _export(
        "opportunity_stages",
        (
            "opportunity_id as OpportunityId",
            "pipeline as Pipeline",
            "stage as StageName",
            text("stage_order", "Stage_Order"),
            instant("entered_at", "EnteredDate"),
        ),
        key="OpportunityId",
        order_by="OpportunityId, EnteredDate, Stage_Order",
        bad=(Bad("time_is_readable", "EnteredDate", "'yesterday'", 4),),
        is_nightly=True,
    ),
)
SMALL = (
    _export(
        "account_merges",
        (
            "from_account_id as MergedId",
            "merged_into as MasterId",
            instant("merged_at", "Merged"),
        ),
        key="MergedId",
        order_by="MergedId",
    ),
    _export(
        "leads",
        (
            "lead_id as Id",
            "account_id as AccountId",
            instant("created_at", "CreatedDate"),
            "channel as LeadSource",
            "opportunity_id as ConvertedOpportunityId",
            instant("converted_at", "ConvertedDate"),
        ),
        key="Id",
        order_by="Id",
    ),
    _export(
        "campaigns",
        (
            "campaign_id as Id",
            "campaign_name as Name",
            "segment as Target_Market",
            text("first_date", "StartDate"),
            text("last_date", "EndDate"),
            text("discount_rate", "Discount"),
        ),
        key="Id",
        order_by="Id",
        is_whole=True,
    ),
    _export(
        "opportunity_changes",
        (
            "opportunity_id as OpportunityId",
            "field as Field",
            instant("recorded_at", "CreatedDate"),
            "old_value as OldValue",
            "new_value as NewValue",
        ),
        key="OpportunityId",
        order_by="OpportunityId",
    ),
    _export(
        "owners",
        (
            "owner_id as Id",
            "segment as Target_Market",
            text("hired_date", "Hired"),
            text("ramped_date", "Ramped"),
            text("left_date", '"Left"'),
            text("loaded_cost_month", "Monthly_Cost"),
        ),
        key="Id",
        order_by="Id",
        is_whole=True,
    ),
    _export(
        "touchpoints",
        (
            "touchpoint_id as Id",
            "account_id as AccountId",
            instant("touched_at", "Touched"),
            "channel as Channel",
            yes_no("is_self_reported", "Self_Reported"),
            "referrer_account_id as Referrer",
            yes_no("is_rewarded", "Rewarded"),
        ),
        key="Id",
        order_by="Id",
    ),
    _export(
        "invites",
        (
            "invite_id as Id",
            "inviting_account_id as Inviter",
            instant("invited_at", "Invited"),
            "converted_account_id as Converted",
            instant("converted_at", "ConvertedDate"),
        ),
        key="Id",
        order_by="Id",
    ),
    _export(
        "products",
        (
            "product as Name",
            "product_family as Family",
            text("list_price", "ListPrice"),
        ),
        key="Name",
        order_by="Name",
        is_whole=True,
    ),
)
"""Tables without a nightly file in the initial landing."""


def deliver_crm(courier: Courier, world: World, nights: tuple[Drop, ...]) -> None:
    """Write every table; replicates do with accounts and opportunities."""
    deliver_exports(courier, NIGHTLY, nights)
    if not world.is_lean:
        deliver_exports(courier, (*DETAILS, *SMALL), nights)
