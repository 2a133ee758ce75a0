-- grain: one row per decision_id
with

review_decisions as (
    select * from {{ ref('review_decisions') }}
    where {{ known_by('decided_on') }}
),

decision_names as (
    select * from {{ ref('int_decision_names') }}
),

decision_items as (
    select * from {{ ref('int_decision_items') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

-- For a decision that names nothing there is.
latest_day as (
    select max(as_of_date) as as_of_date
    from entities
),

named as (
    select
        decision_id,
        count(*) as name_count
    from decision_names
    group by decision_id
),

found as (
    select
        decision_items.decision_id,
        max(entities.as_of_date) as as_of_date,
        count(*) as found_count,
        count(distinct decision_items.item_id) as item_count,
        count(distinct decision_items.side) as side_count,
        count(distinct decision_items.leg) as leg_count,
        count(distinct decision_items.entity_id) as entity_count,
        count(distinct decision_items.currency_code) as currency_count,
        sum(case when decision_items.is_as_seen then 1 else 0 end) as as_seen_count,
        sum(case when decision_items.is_unclear then 1 else 0 end) as unclear_count,
        sum(case when decision_items.is_matchable then 0 else 1 end) as unmatchable_count
    from decision_items
    left join entities
        on decision_items.entity_id = entities.entity_id
    group by decision_items.decision_id
),

-- What is carried forward without a date is looked at again when the next month is over.
ending as (
    select
        *,
        case
            when expires_on is not null then expires_on
            when action = 'carry_forward' then cast({{ dbt.last_day(
                dbt.dateadd('month', 1, 'decided_on'), 'month'
            ) }} as date)
        end as ends_on
    from review_decisions
),

decision_facts as (
    select
        ending.decision_id,
        ending.action,
        {{ trimmed('ending.decided_by') }} as decided_by,
        {{ trimmed('ending.approved_by') }} as approved_by,
        ending.decided_on,
        ending.ends_on,
        coalesce(
            ending.ends_on < coalesce(found.as_of_date, latest_day.as_of_date), false
        ) as is_ended,
        named.name_count,
        coalesce(found.found_count, 0) as found_count,
        coalesce(found.item_count, 0) as item_count,
        coalesce(found.side_count, 0) as side_count,
        coalesce(found.leg_count, 0) as leg_count,
        coalesce(found.entity_count, 0) as entity_count,
        coalesce(found.currency_count, 0) as currency_count,
        coalesce(found.unclear_count, 0) > 0
        or coalesce(found.item_count < found.found_count, false) as is_unclear,
        coalesce(found.as_seen_count, 0) = named.name_count as is_as_seen,
        coalesce(found.unmatchable_count, 0) = 0 as is_matchable
    from ending
    inner join named
        on ending.decision_id = named.decision_id
    left join found
        on ending.decision_id = found.decision_id
    cross join latest_day
)

select * from decision_facts
