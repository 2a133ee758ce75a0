-- grain: one row per quantity_row_id
with

events as (
    select * from {{ ref('int_quantity_rows') }}
    where kind = 'metered'
),

usage_cutoffs as (
    select * from {{ ref('int_usage_cutoffs') }}
),

usage_coverage as (
    select
        quantity_chain.entity_id,
        quantity_chain.client_id,
        quantity_chain.service_id,
        quantity_chain.period_start_date,
        max(quantity_chain.billing_timing) as billing_timing,
        sum(quantity_chain.invoiced_row_count) as invoiced_row_count,
        max(case when usage_coverage.coverage = 'not_due_yet' then 1 else 0 end) as pending_flag
    from {{ ref('int_quantity_chain') }} as quantity_chain
    inner join {{ ref('int_usage_coverage') }} as usage_coverage
        on quantity_chain.chain_id = usage_coverage.chain_id
    where quantity_chain.client_id is not null and quantity_chain.service_id is not null
    group by
        quantity_chain.entity_id,
        quantity_chain.client_id,
        quantity_chain.service_id,
        quantity_chain.period_start_date
),

placed as (
    select
        events.*,
        coalesce(usage_coverage.invoiced_row_count, 0) as invoiced_row_count,
        coalesce(usage_coverage.pending_flag, 0) as pending_flag,
        coalesce(events.recorded_at > case
            when usage_coverage.billing_timing = 'advance'
                then usage_cutoffs.closes_after_period_at
            else usage_cutoffs.closes_at
        end, false) as is_late
    from events
    left join usage_cutoffs
        on
            events.entity_id = usage_cutoffs.entity_id
            and events.client_id = usage_cutoffs.client_id
            and events.service_id = usage_cutoffs.service_id
            and events.period_start_date = usage_cutoffs.period_start_date
    left join usage_coverage
        on
            events.entity_id = usage_coverage.entity_id
            and events.client_id = usage_coverage.client_id
            and events.service_id = usage_coverage.service_id
            and events.period_start_date = usage_coverage.period_start_date
),

-- Each event has the first class that it fits, so the classes sum to what came in.
usage_event_classes as (
    select
        quantity_row_id,
        entity_id,
        source_name,
        client_id,
        client_reference,
        service_id,
        service_reference,
        period_start_date,
        quantity_millionths,
        case
            when mapping_class = 'excluded' then 'excluded'
            when duplicate_of_row_id is not null then 'duplicate'
            when mapping_class <> 'mapped' then 'unmapped'
            when is_late then 'late'
            when invoiced_row_count = 0 and pending_flag = 1 then 'pending'
            when invoiced_row_count = 0 then 'not_invoiced'
            when corrects_row_id is not null or quantity_millionths < 0 then 'correction'
            else 'invoiced'
        end as event_class
    from placed
)

select * from usage_event_classes
