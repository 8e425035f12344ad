"""The two survey tools: headers of their exports, and how they put an answer.

`formpilot` writes CSV with a byte order mark and three header rows, `askwell` writes
spreadsheets. Both ask the same questions. When they write is in `deliver_surveys.py`.
"""

FORMPILOT_HEADER = (
    (
        "StartDate",
        "EndDate",
        "Progress",
        "Finished",
        "ResponseId",
        "RecipientEmail",
        "ExternalReference",
        "Q1",
        "Q2",
        "Q3",
        "Q4",
        "Q5",
    ),
    (
        "Start Date",
        "End Date",
        "Progress",
        "Finished",
        "Response ID",
        "Recipient Email",
        "External Data Reference",
        "How would you feel if you could no longer use the product?",
        "How likely are you to recommend us to a colleague?",
        "How satisfied are you with the product?",
        "What do you get from it? (choose all that apply)",
        "Anything else?",
    ),
    tuple(
        f'{{"ImportId":"{name}"}}'
        for name in (
            "startDate",
            "endDate",
            "progress",
            "finished",
            "_recordId",
            "recipientEmail",
            "externalDataReference",
            "QID1",
            "QID2_NPS",
            "QID3",
            "QID4",
            "QID5_TEXT",
        )
    ),
)
FORMPILOT = """
    strftime(answered_at - to_minutes(4), '%Y-%m-%d %H:%M:%S') as StartDate,
    strftime(answered_at, '%Y-%m-%d %H:%M:%S') as EndDate,
    if(is_finished, '100', '40') as Progress,
    if(is_finished, 'True', 'False') as Finished,
    response_id as ResponseId,
    email as RecipientEmail,
    invitation_id as ExternalReference,
    if(not is_finished, null, case pmf
        when 'very' then 'Very disappointed'
        when 'somewhat' then 'Somewhat disappointed'
        when 'not' then 'Not disappointed (it really isn''t that useful)'
        else 'N/A - I no longer use it'
    end) as Q1,
    cast(nps as varchar) as Q2,
    if(not is_finished, null, case csat
        when 5 then 'Very satisfied' when 4 then 'Satisfied' when 3 then 'Neutral'
        else 'Dissatisfied'
    end) as Q3,
    if(not is_finished, null, benefit_1
        || if(benefit_2 = benefit_1, '', ';' || benefit_2)) as Q4,
    if(is_finished, comment, null) as Q5
"""
ASKWELL_HEADER = (
    "Respondent",
    "Invitation",
    "Company ref",
    "E-mail",
    "Submitted (UTC)",
    "Complete",
    "Likelihood to recommend (0-10)",
    "If it were gone tomorrow, I would be",
    "Satisfaction (1-5)",
    "Main benefits",
    "Comment",
)
ASKWELL = """
    response_id as respondent,
    invitation_id as invitation,
    account_id as company,
    -- typed by hand, so with blanks and capitals
    if(u(asked, 'typed') < 0.2, ' ' || upper(left(email, 1)) || substr(email, 2) || ' ',
        email) as email,
    strftime(answered_at, '%d.%m.%Y %H:%M:%S') as submitted,
    if(is_finished, 'yes', 'no') as complete,
    cast(nps as varchar) as nps,
    if(not is_finished, null, case pmf
        when 'very' then 'very disappointed'
        when 'somewhat' then 'somewhat disappointed'
        when 'not' then 'not at all disappointed'
        else 'I no longer use it'
    end) as pmf,
    if(is_finished, cast(csat as varchar), null) as csat,
    if(not is_finished, null, benefit_1
        || if(benefit_2 = benefit_1, '', ' | ' || benefit_2)) as benefits,
    if(is_finished, comment, null) as comment
"""
ASKWELL_NUMBERS = (6, 8)
INVITATIONS = """
    invitation_id, contact_id as person, account_id as company, email,
    strftime(sent_at, '%Y-%m-%d %H:%M:%S') as sent,
    if(fate in ('partial', 'finished') and answered_at < {until},
        strftime(answered_at, '%Y-%m-%d %H:%M:%S'), null) as answered,
    case
        when fate in ('partial', 'finished') and answered_at >= {until} then 'sent'
        when fate = 'partial' then 'started'
        else fate
    end as state
"""
