"""The CRM: a full export, then nightly files of what changed, deletions flagged."""

from dataclasses import dataclass
from datetime import timedelta

from pipelines.demo.courier import Bad, Courier, Drop
from pipelines.demo.world import World

SOURCE = "crm"
INSTANT = "strftime({}, '%Y-%m-%dT%H:%M:%SZ')"


@dataclass(frozen=True)
class Export:
    """One table of the CRM as a file."""

    table: str
    columns: str
    key: str
    order_by: str
    bad: tuple[Bad, ...] = ()
    has_deletes: bool = True


def _instant(column: str, name: str) -> str:
    return f"{INSTANT.format(column)} as {name}"


EXPORTS = (
    Export(
        "accounts",
        "account_id as Id, account_name as Name, merged_into_account_id as MasterId,"
        " segment as Target_Market, country_code as Country,"
        " cast(employee_count as varchar) as Employees, domain as Website,"
        " if(is_internal, 'Yes', 'No') as Is_Internal,"
        " if(is_test, 'Yes', 'No') as Is_Test,"
        f" {_instant('created_at', 'Created')},"
        f" {_instant('changed_at', 'Modified')},"
        " if(is_deleted, 'true', 'false') as IsDeleted",
        key="Id",
        order_by="Id",
        bad=(
            Bad("instant_is_readable", "Created", "'2025-02-31T10:00:00Z'", 3),
            Bad("integer_is_readable", "Employees", "'about 40'", 2),
        ),
    ),
    Export(
        "account_segments",
        "account_id as AccountId, segment as Target_Market,"
        f" {_instant('valid_from', 'Valid_From')}, {_instant('valid_to', 'Valid_To')}",
        key="AccountId",
        order_by="AccountId, Valid_From",
        has_deletes=False,
    ),
    Export(
        "contacts",
        "contact_id as Id, account_id as AccountId, email as Email, role as Role,"
        " persona as Persona, if(is_internal, 'Yes', 'No') as Is_Internal,"
        f" {_instant('created_at', 'Created')}, 'false' as IsDeleted",
        key="Id",
        order_by="Id",
        bad=(Bad("boolean_is_readable", "Is_Internal", "'perhaps'", 2),),
        has_deletes=False,
    ),
    Export(
        "opportunities",
        "opportunity_id as Id, account_id as AccountId, opportunity_type as Type,"
        " pipeline as Pipeline, stage as StageName,"
        " if(is_closed, 'true', 'false') as IsClosed,"
        " if(is_won, 'true', 'false') as IsWon, cast(amount as varchar) as Amount,"
        " currency_code as CurrencyIsoCode, owner_id as OwnerId, product as Product,"
        " lead_source as LeadSource, lost_reason as Loss_Reason,"
        f" {_instant('created_at', 'CreatedDate')},"
        " cast(expected_close_date as varchar) as CloseDate,"
        f" {_instant('closed_at', 'Closed_At')},"
        f" {_instant('changed_at', 'LastModifiedDate')},"
        " if(is_deleted, 'true', 'false') as IsDeleted",
        key="Id",
        order_by="Id",
        bad=(
            Bad("money_is_readable", "Amount", "'1.200,00 EUR'", 3),
            Bad("required_is_present", "StageName", "null", 2),
            Bad("value_is_known", "Type", "'gift'", 1),
        ),
    ),
    Export(
        "opportunity_stages",
        "opportunity_id as OpportunityId, pipeline as Pipeline, stage as StageName,"
        " cast(stage_order as varchar) as Stage_Order,"
        f" {_instant('entered_at', 'EnteredDate')}",
        key="OpportunityId",
        order_by="OpportunityId, EnteredDate, Stage_Order",
        bad=(Bad("instant_is_readable", "EnteredDate", "'yesterday'", 4),),
        has_deletes=False,
    ),
)
"""The tables, with the records of the first full export that must be rejected."""

SPOILT_AT_NIGHT = (Bad("required_is_present", "CreatedDate", "null", 2),)
"""In the opportunities of the first increment."""


def deliver_crm(courier: Courier, world: World, nights: tuple[Drop, ...]) -> None:
    """Write every table for every night."""
    for export in EXPORTS:
        if world.is_lean and export.table == "opportunity_stages":
            continue
        since = None
        for number, night in enumerate(nights):
            covered = (night.until - timedelta(days=1)).strftime("%Y%m%d")
            changed = "" if since is None else f" where changed_at >= {since}"
            bad: tuple[Bad, ...] = ()
            if number == 0:
                bad = export.bad
            elif number == 3 and export.table == "opportunities":
                bad = SPOILT_AT_NIGHT
            courier.deliver(
                night,
                f"crm/{export.table}_{covered}.csv",
                feed=f"crm.{export.table}",
                source_system=SOURCE,
                select=f"select {export.columns} from"
                f" {export.table}_at({night.instant}){changed}",
                order_by=export.order_by,
                key=export.key,
                bad=bad,
            )
            since = night.instant
