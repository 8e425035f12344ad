"""The CRM: a full export, then nightly files of what changed, deletions flagged."""

from pipelines.demo.courier import Bad, Courier, Drop
from pipelines.demo.crm_table import crm_table
from pipelines.demo.crm_tables_beside import BESIDE, TOUCHPOINTS
from pipelines.demo.exports import deliver_exports, instant, text, yes_no
from pipelines.demo.world import World

NIGHTLY = (
    crm_table(
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
    crm_table(
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
"""What every world has."""

DETAILS = (
    crm_table(
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
    crm_table(
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
    crm_table(
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


def deliver_crm(courier: Courier, world: World, nights: tuple[Drop, ...]) -> None:
    """Write every table; replicates do with accounts, deals and first touches."""
    beside = (TOUCHPOINTS,) if world.is_lean else (*DETAILS, *BESIDE)
    deliver_exports(courier, (*NIGHTLY, *beside), nights)
