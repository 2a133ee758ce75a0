-- grain: one row per item_id
with

items as (
    select * from {{ ref('int_items') }}
),

due_dates as (
    select * from {{ ref('int_due_dates') }}
),

leg_outages as (
    select * from {{ ref('int_leg_outages') }}
),

source_roles as (
    select * from {{ ref('int_source_roles') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

-- An expected item is missed from the day it is due, a recorded one is odd from the day it is dated.
asked as (
    select
        items.item_id,
        items.leg,
        items.side,
        items.entity_id,
        items.account_role,
        items.currency_code,
        items.source_name,
        entities.as_of_date,
        coalesce(due_dates.due_date, items.item_date) as asked_date
    from items
    inner join entities
        on items.entity_id = entities.entity_id
    left join due_dates
        on
            items.side = 'expected'
            and items.leg = due_dates.leg
            and items.event_type = due_dates.event_type
            and coalesce(items.processor_name, '') = coalesce(due_dates.processor_name, '')
            and items.currency_code = due_dates.currency_code
            and items.item_date = due_dates.item_date
),

unanswered as (
    select
        asked.item_id,
        asked.as_of_date,
        leg_outages.source_name,
        leg_outages.complete_through_date,
        leg_outages.late_to_date,
        greatest(asked.asked_date, leg_outages.late_from_date) as late_from_date
    from asked
    inner join leg_outages
        on
            asked.leg = leg_outages.leg
            and asked.side = leg_outages.side
            and asked.entity_id = leg_outages.entity_id
            and asked.account_role = coalesce(leg_outages.account_role, asked.account_role)
            and asked.currency_code = coalesce(leg_outages.currency_code, asked.currency_code)
            and asked.asked_date > leg_outages.complete_through_date
            and asked.asked_date <= leg_outages.late_to_date
    left join source_roles as own_roles
        on
            leg_outages.role_name = own_roles.role_name
            and asked.source_name = own_roles.source_name
    where own_roles.source_name is null or own_roles.source_name = leg_outages.source_name
),

ranked as (
    select
        *,
        min(late_from_date) over (partition by item_id) as inconclusive_from_date,
        row_number() over (
            partition by item_id
            order by late_to_date desc, complete_through_date asc, source_name asc
        ) as number_from_last
    from unanswered
),

-- What waited for a source through the as-of date waits still.
inconclusive_items as (
    select
        item_id,
        inconclusive_from_date,
        case
            when late_to_date < as_of_date
                then cast({{ dbt.dateadd('day', 1, 'late_to_date') }} as date)
        end as conclusive_from_date,
        source_name || ' is complete through '
        || cast(complete_through_date as {{ dbt.type_string() }}) || ' only' as status_reason
    from ranked
    where number_from_last = 1
)

select * from inconclusive_items
