-- grain: one row per entity_id, month_start, event_type, account_role
with

entries as (
    select * from {{ ref('int_posted_entries') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

bridge_movements as (
    select
        entries.entity_id,
        cast({{ dbt.date_trunc('month', 'entries.entry_date') }} as date) as month_start,
        entries.event_type,
        entries.account_role,
        cast(sum(entries.functional_amount_minor) as bigint) as amount_minor
    from entries
    inner join entities
        on entries.entity_id = entities.entity_id
    where entries.entry_date <= entities.as_of_date
    group by
        entries.entity_id,
        cast({{ dbt.date_trunc('month', 'entries.entry_date') }} as date),
        entries.event_type,
        entries.account_role
)

select * from bridge_movements
