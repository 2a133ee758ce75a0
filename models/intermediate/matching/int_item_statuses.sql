-- grain: one row per item_id
with

items as (
    select * from {{ ref('int_items') }}
),

matches as (
    select * from {{ ref('int_matches') }}
),

decided_items as (
    select * from {{ ref('int_decided_items') }}
),

due_dates as (
    select * from {{ ref('int_due_dates') }}
),

inconclusive_items as (
    select * from {{ ref('int_inconclusive_items') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

-- What nobody answers while the system that could is late, is neither missing nor odd yet.
still_inconclusive as (
    select * from inconclusive_items
    where conclusive_from_date is null
),

item_statuses as (
    select
        items.item_id,
        items.side,
        items.leg,
        items.entity_id,
        matches.match_id,
        coalesce(due_dates.due_date, items.item_date) as due_date,
        inconclusive_items.inconclusive_from_date,
        inconclusive_items.conclusive_from_date,
        case
            when items.account_role = 'out_of_scope' then 'ignored'
            when items.amount_minor = 0 then 'ignored'
            when decided_items.action = 'ignore' then 'ignored'
            when items.item_date > entities.as_of_date then 'pending'
            when decided_items.action = 'carry_forward' then 'pending'
            when matches.match_tier = 9 then 'discrepancy'
            when matches.confidence = 'suggested' then 'suggested'
            when matches.match_id is not null then 'matched'
            when still_inconclusive.item_id is not null then 'inconclusive'
            when items.side = 'recorded' then 'recorded_only'
            when due_dates.due_date > entities.as_of_date then 'pending'
            else 'expected_only'
        end as status,
        case
            when items.account_role = 'out_of_scope' then 'account declared out of scope'
            when items.amount_minor = 0 then 'amount is zero'
            when decided_items.action in ('ignore', 'carry_forward') then decided_items.reason
            when items.item_date > entities.as_of_date then 'dated after the as-of date'
            when matches.match_id is not null then matches.match_rule
            when still_inconclusive.item_id is not null then still_inconclusive.status_reason
            when items.side = 'recorded' then 'nothing expected'
            when due_dates.due_date > entities.as_of_date then 'not yet due'
            else 'nothing recorded'
        end as status_reason
    from items
    inner join entities
        on items.entity_id = entities.entity_id
    left join matches
        on items.item_id = matches.item_id
    left join decided_items
        on items.item_id = decided_items.item_id
    left join inconclusive_items
        on items.item_id = inconclusive_items.item_id
    left join still_inconclusive
        on items.item_id = still_inconclusive.item_id
    left join due_dates
        on
            items.side = 'expected'
            and items.leg = due_dates.leg
            and items.event_type = due_dates.event_type
            and coalesce(items.processor_name, '') = coalesce(due_dates.processor_name, '')
            and items.currency_code = due_dates.currency_code
            and items.item_date = due_dates.item_date
)

select * from item_statuses
