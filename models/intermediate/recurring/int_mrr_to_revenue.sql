-- grain: one row per entity_id, currency_code, month_start
with

bridge_parts as (
    select * from {{ ref('int_mrr_bridge_parts') }}
),

entries as (
    select * from {{ ref('int_expected_entries') }}
    where account_role = 'revenue'
),

entities as (
    select * from {{ ref('int_entities') }}
),

-- The other end of the bridge comes from the entries, not from the schedule.
posted as (
    select
        entries.entity_id,
        entries.currency_code,
        cast({{ dbt.date_trunc('month', 'entries.entry_date') }} as date) as month_start,
        sum(-entries.amount_minor) as revenue_minor,
        sum(
            case
                when entries.event_type in ('revenue_recognised', 'opening_released') then 0
                else -entries.amount_minor
            end
        ) as accrued_minor
    from entries
    inner join entities
        on entries.entity_id = entities.entity_id
    where
        {{ dbt.last_day('entries.entry_date', 'month') }} <= entities.as_of_date
    group by
        entries.entity_id,
        entries.currency_code,
        cast({{ dbt.date_trunc('month', 'entries.entry_date') }} as date)
),

parts as (
    select
        entity_id,
        currency_code,
        month_start,
        sum(mrr_amount_minor) as mrr_minor,
        sum(part_months_minor) as part_months_minor,
        sum(ended_minor) as ended_minor,
        sum(catch_up_minor) as catch_up_minor,
        sum(usage_minor) as usage_minor,
        sum(one_off_minor) as one_off_minor,
        sum(contra_minor) as contra_minor
    from bridge_parts
    group by
        entity_id,
        currency_code,
        month_start
),

mrr_to_revenue as (
    select
        coalesce(parts.entity_id, posted.entity_id) as entity_id,
        coalesce(parts.currency_code, posted.currency_code) as currency_code,
        coalesce(parts.month_start, posted.month_start) as month_start,
        cast(coalesce(parts.mrr_minor, 0) as bigint) as mrr_minor,
        cast(coalesce(parts.part_months_minor, 0) as bigint) as part_months_minor,
        cast(coalesce(parts.ended_minor, 0) as bigint) as ended_minor,
        cast(coalesce(parts.catch_up_minor, 0) as bigint) as catch_up_minor,
        cast(coalesce(parts.usage_minor, 0) as bigint) as usage_minor,
        cast(coalesce(parts.one_off_minor, 0) as bigint) as one_off_minor,
        cast(coalesce(parts.contra_minor, 0) as bigint) as contra_minor,
        cast(coalesce(posted.accrued_minor, 0) as bigint) as accrued_minor,
        cast(coalesce(posted.revenue_minor, 0) as bigint) as revenue_minor
    from parts
    full outer join posted
        on
            parts.entity_id = posted.entity_id
            and parts.currency_code = posted.currency_code
            and parts.month_start = posted.month_start
)

select * from mrr_to_revenue
