-- grain: one row per entity_id, processor_name, currency_code, what, changed_date, direction
with

spans as (
    select * from {{ ref('int_unsettled_spans') }}
),

payouts as (
    select * from {{ ref('int_payouts') }}
    where status <> 'canceled'
),

entities as (
    select * from {{ ref('int_entities') }}
),

-- What is open at a month's end is what has become open less what has been closed until then: no
-- transaction is held against every month it was open in.
changes as (
    select
        entity_id,
        processor_name,
        currency_code,
        'unsettled' as what,
        occurred_date as changed_date,
        1 as direction,
        net_amount_minor as amount_minor
    from spans
    union all
    select
        entity_id,
        processor_name,
        currency_code,
        'unsettled' as what,
        settled_date as changed_date,
        -1 as direction,
        net_amount_minor as amount_minor
    from spans
    where settled_date is not null
    union all
    select
        entity_id,
        processor_name,
        currency_code,
        'stale' as what,
        stale_from_date as changed_date,
        1 as direction,
        net_amount_minor as amount_minor
    from spans
    where stale_from_date < settled_date or (stale_from_date is not null and settled_date is null)
    union all
    select
        entity_id,
        processor_name,
        currency_code,
        'stale' as what,
        settled_date as changed_date,
        -1 as direction,
        net_amount_minor as amount_minor
    from spans
    where stale_from_date < settled_date
    union all
    select
        entity_id,
        processor_name,
        currency_code,
        'in_transit' as what,
        created_date as changed_date,
        1 as direction,
        amount_minor
    from payouts
    union all
    select
        entity_id,
        processor_name,
        currency_code,
        'in_transit' as what,
        case when failed_date <= arrival_date then failed_date else arrival_date end
            as changed_date,
        -1 as direction,
        amount_minor
    from payouts
    where status = 'paid' or failed_date is not null
),

open_amount_changes as (
    select
        changes.entity_id,
        changes.processor_name,
        changes.currency_code,
        changes.what,
        changes.changed_date,
        changes.direction,
        count(*) as item_count,
        cast(sum(changes.amount_minor) as {{ dbt.type_bigint() }}) as amount_minor
    from changes
    inner join entities
        on
            changes.entity_id = entities.entity_id
            and changes.changed_date <= entities.as_of_date
    group by
        changes.entity_id,
        changes.processor_name,
        changes.currency_code,
        changes.what,
        changes.changed_date,
        changes.direction
)

select * from open_amount_changes
