-- grain: one row per agreement_line_id, period_start_date
with

agreement_lines as (
    select * from {{ ref('int_agreement_lines') }}
    where quantity_basis = 'metered' and mapping_class = 'mapped'
),

agreement_spans as (
    select * from {{ ref('int_agreement_spans') }}
),

usage_cutoffs as (
    select * from {{ ref('int_usage_cutoffs') }}
),

-- A correction counts on the day that it says, as the meter adds it up.
events as (
    select
        entity_id,
        client_id,
        service_id,
        quantity_millionths,
        recorded_at,
        is_estimated,
        period_start_date,
        quantity_date
    from {{ ref('int_quantity_rows') }}
    where
        kind = 'metered'
        and mapping_class = 'mapped'
        and duplicate_of_row_id is null
),

events_of_lines as (
    select
        agreement_lines.agreement_line_id,
        events.period_start_date,
        events.quantity_millionths,
        events.is_estimated,
        coalesce(events.recorded_at > case
            when agreement_lines.billing_timing = 'advance'
                then usage_cutoffs.closes_after_period_at
            else usage_cutoffs.closes_at
        end, false) as is_late
    from agreement_lines
    inner join agreement_spans
        on agreement_lines.agreement_line_id = agreement_spans.agreement_line_id
    inner join events
        on
            agreement_spans.entity_id = events.entity_id
            and agreement_spans.client_id = events.client_id
            and agreement_spans.service_id = events.service_id
            and agreement_spans.span_from <= events.quantity_date
            and (
                agreement_spans.span_to is null
                or agreement_spans.span_to > events.quantity_date
            )
    left join usage_cutoffs
        on
            events.entity_id = usage_cutoffs.entity_id
            and events.client_id = usage_cutoffs.client_id
            and events.service_id = usage_cutoffs.service_id
            and events.period_start_date = usage_cutoffs.period_start_date
),

metered_usage as (
    select
        agreement_line_id,
        period_start_date,
        cast(sum(1) as bigint) as events,
        cast(sum(case when is_late then 0 else quantity_millionths end) as bigint)
            as metered_millionths,
        cast(sum(case when is_late then quantity_millionths else 0 end) as bigint)
            as late_millionths,
        cast(sum(case when quantity_millionths < 0 then quantity_millionths else 0 end) as bigint)
            as corrections_millionths,
        (max(case when is_estimated then 1 else 0 end) = 1) as is_estimated
    from events_of_lines
    group by
        agreement_line_id,
        period_start_date
)

select * from metered_usage
