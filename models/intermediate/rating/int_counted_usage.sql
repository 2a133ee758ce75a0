-- grain: one row per agreement_line_id, period_start_date
with

agreement_lines as (
    select * from {{ ref('int_agreement_lines') }}
    where quantity_basis = 'vendor_count' and mapping_class = 'mapped'
),

agreement_spans as (
    select * from {{ ref('int_agreement_spans') }}
),

counted_days as (
    select * from {{ ref('int_counted_days') }}
),

days_of_lines as (
    select
        agreement_lines.agreement_line_id,
        agreement_lines.count_measure,
        cast({{ dbt.date_trunc('month', 'counted_days.count_date') }} as date) as period_start_date,
        counted_days.*
    from agreement_lines
    inner join agreement_spans
        on agreement_lines.agreement_line_id = agreement_spans.agreement_line_id
    inner join counted_days
        on
            agreement_spans.entity_id = counted_days.entity_id
            and agreement_spans.client_id = counted_days.client_id
            and agreement_spans.service_id = counted_days.service_id
            and agreement_spans.span_from <= counted_days.count_date
            and (
                agreement_spans.span_to is null
                or agreement_spans.span_to > counted_days.count_date
            )
),

ranked as (
    select
        *,
        row_number() over (
            partition by agreement_line_id, period_start_date
            order by count_date desc
        ) as rank_from_last,
        row_number() over (
            partition by agreement_line_id, period_start_date
            order by billable_millionths desc, count_date desc
        ) as rank_from_highest
    from days_of_lines
),

-- Every day counts in an average, one day is the last, one the highest; the other kinds of units are
-- measured on the same days.
marked as (
    select
        *,
        (
            count_measure = 'daily_average'
            or (count_measure = 'last' and rank_from_last = 1)
            or (count_measure = 'maximum' and rank_from_highest = 1)
        ) as is_measured
    from ranked
),

counted_usage as (
    select
        agreement_line_id,
        period_start_date,
        count_measure,
        cast(sum(1) as bigint) as counted_days,
        cast(sum(case when is_estimated then 1 else 0 end) as bigint) as estimated_days,
        cast(sum(case when is_measured then billable_millionths else 0 end) as bigint)
            as billable_millionths,
        cast(sum(case when is_measured then temporary_millionths else 0 end) as bigint)
            as temporary_millionths,
        cast(sum(case when is_measured then trial_millionths else 0 end) as bigint)
            as trial_millionths,
        cast(sum(case when is_measured then internal_millionths else 0 end) as bigint)
            as internal_millionths,
        cast(sum(case when is_measured then cancelled_millionths else 0 end) as bigint)
            as cancelled_millionths,
        cast(sum(case when is_measured then inactive_millionths else 0 end) as bigint)
            as inactive_millionths
    from marked
    group by
        agreement_line_id,
        period_start_date,
        count_measure
)

select * from counted_usage
