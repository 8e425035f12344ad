{#- Who was referred, came by itself or was referred for a reward is among those of
    known source, and they are among the new; who was there before is a customer. -#}
with

windows as (

    select * from {{ ref('verdict_word_of_mouth__month') }}

),

judged as (

    select
        case
            when referral_count + organic_count + rewarded_count > known_count
                then 'more came by word of mouth than are known'
            when known_count > new_customer_count then 'more are known than came'
            when returning_count > active_count
                then 'more were there before than are there'
            when converted_invite_count > invite_count
                then 'more invitations were taken up than sent'
            when numerator <> referral_count or denominator <> known_count
                then 'the share is of something else'
        end as failure,
        segment_id,
        new_customer_count,
        known_count,
        numerator

    from windows

)

select
    failure,
    segment_id,
    new_customer_count,
    known_count,
    numerator

from judged

where failure is not null
