{#- The thresholds that the seed documents are those that the statistics macros hold
    to: at the threshold a sample is large enough, one below it is not. -#}
with

thresholds as (

    select * from {{ ref('thresholds') }}

)

select
    threshold_id,
    value

from thresholds

where
    case threshold_id
        when 'minimum_sample_published'
            then {{ is_suppressed('value') }} or not {{ is_suppressed('value - 1') }}
        when 'minimum_sample_verdict'
            then not {{ min_n_met('value') }} or {{ min_n_met('value - 1') }}
        when 'minimum_accounts_clustered'
            then
                not {{ min_n_met('1000', 'value') }}
                or {{ min_n_met('1000', 'value - 1') }}
        else false
    end
