-- Invariant: every metered event is in one class of the completeness report, in count and units (L1).
-- Grain: entity, source, month.
-- A row: the classes sum to more or less than what came in.
-- Then: look for an event class that rpt_usage_completeness has no column for.
with

came_in as (
    select
        entity_id,
        source_name,
        period_start_date,
        count(*) as event_count,
        cast(sum(quantity_millionths) as numeric(38, 6)) as quantity_millionths
    from {{ ref('int_quantity_rows') }}
    where kind = 'metered'
    group by entity_id, source_name, period_start_date
),

reported as (
    select
        entity_id,
        source_name,
        period_start_date,
        sum(
            invoiced_event_count + not_invoiced_event_count + pending_event_count
            + late_event_count + duplicate_event_count + correction_event_count
            + unmapped_event_count + excluded_event_count
        ) as event_count,
        sum(event_count) as events_in,
        sum(
            invoiced_quantity + not_invoiced_quantity + pending_quantity
            + late_quantity + duplicate_quantity + correction_quantity
            + unmapped_quantity + excluded_quantity
        ) * 1000000 as quantity_millionths,
        sum(quantity) * 1000000 as quantity_in_millionths
    from {{ ref('rpt_usage_completeness') }}
    group by entity_id, source_name, period_start_date
),

compared as (
    select
        coalesce(came_in.entity_id, reported.entity_id) as entity_id,
        coalesce(came_in.source_name, reported.source_name) as source_name,
        coalesce(came_in.period_start_date, reported.period_start_date) as period_start_date,
        came_in.event_count as came_in_count,
        reported.event_count as reported_count,
        case
            when came_in.entity_id is null or reported.entity_id is null then 'one-sided'
            when
                came_in.event_count <> reported.event_count
                or came_in.event_count <> reported.events_in
                then 'count'
            when
                came_in.quantity_millionths <> reported.quantity_millionths
                or came_in.quantity_millionths <> reported.quantity_in_millionths
                then 'units'
            else 'ok'
        end as status
    from came_in
    full outer join reported
        on
            came_in.entity_id = reported.entity_id
            and came_in.source_name = reported.source_name
            and came_in.period_start_date = reported.period_start_date
)

select * from compared
where status <> 'ok'
