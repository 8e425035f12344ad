"""The tables of the CRM beside accounts and deals: who came how, and who sells.

They have no nightly file in the initial landing. The others are in `deliver_crm.py`.
"""

from pipelines.demo.crm_table import crm_table
from pipelines.demo.exports import instant, text, yes_no

TOUCHPOINTS = crm_table(
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
)

BESIDE = (
    crm_table(
        "account_merges",
        (
            "from_account_id as MergedId",
            "merged_into as MasterId",
            instant("merged_at", "Merged"),
        ),
        key="MergedId",
        order_by="MergedId",
    ),
    crm_table(
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
    crm_table(
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
    crm_table(
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
    crm_table(
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
    TOUCHPOINTS,
    crm_table(
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
    crm_table(
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
