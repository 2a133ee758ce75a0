-- Invariant: an item alone is inconclusive exactly while a source that could answer it is late (L1).
-- Grain: item_id whose status and the health of its sources disagree.
-- A row: a verdict that rests on rows that have not come, or one that is put off for nothing.
-- Then: compare int_inconclusive_items with int_source_health_by_day on the as-of date.
with

alone as (
    select
        items.*,
        case when items.side = 'expected' then items.due_date else items.item_date end as asked_date
    from {{ ref('fct_reconciliation_items') }} as items
    where items.status in ('inconclusive', 'expected_only', 'recorded_only')
),

late_sources as (
    select
        health.entity_id,
        health.source_name,
        health.complete_through_date
    from {{ ref('int_source_health_by_day') }} as health
    inner join {{ ref('int_entities') }} as entities
        on
            health.entity_id = entities.entity_id
            and health.health_date = entities.as_of_date
    where health.status in ('late', 'failed')
),

currencies_carried as (
    select
        entity_id,
        source_name,
        currency_code
    from {{ ref('int_source_rows') }}
    group by entity_id, source_name, currency_code
),

-- Counted, item by item: a source of the counterpart's role that is late and stops before the item.
waiting as (
    select
        alone.item_id,
        count(*) as late_count
    from alone
    inner join {{ ref('leg_sources') }} as leg_sources
        on
            alone.leg = leg_sources.leg
            and alone.side = leg_sources.side
            and (leg_sources.account_role is null or alone.account_role = leg_sources.account_role)
    inner join {{ ref('int_source_roles') }} as source_roles
        on leg_sources.role_name = source_roles.role_name
    inner join late_sources
        on
            alone.entity_id = late_sources.entity_id
            and source_roles.source_name = late_sources.source_name
            and alone.asked_date > late_sources.complete_through_date
    left join {{ ref('int_source_roles') }} as own_roles
        on
            leg_sources.role_name = own_roles.role_name
            and alone.source_name = own_roles.source_name
    left join currencies_carried
        on
            late_sources.entity_id = currencies_carried.entity_id
            and late_sources.source_name = currencies_carried.source_name
            and alone.currency_code = currencies_carried.currency_code
    where
        (own_roles.source_name is null or own_roles.source_name = late_sources.source_name)
        and (not leg_sources.is_by_currency or currencies_carried.currency_code is not null)
    group by alone.item_id
),

judged as (
    select
        alone.item_id,
        alone.status,
        alone.status_reason,
        alone.asked_date,
        coalesce(waiting.late_count, 0) as late_count,
        case
            when alone.status = 'inconclusive' and waiting.item_id is null
                then 'put off for nothing'
            when alone.status <> 'inconclusive' and waiting.item_id is not null
                then 'judged without its source'
            when alone.match_id is not null then 'alone with a match'
            when alone.cause is not null and alone.status = 'inconclusive' then 'a cause too soon'
            else 'ok'
        end as verdict
    from alone
    left join waiting
        on alone.item_id = waiting.item_id
)

select * from judged
where verdict <> 'ok'
