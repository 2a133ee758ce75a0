-- grain: one row per exception_id
with

exceptions as (
    select * from {{ ref('int_exceptions') }}
),

exception_priorities as (
    select * from {{ ref('exception_priorities') }}
),

exception_owners as (
    select * from {{ ref('int_exception_owners') }}
),

item_decisions as (
    select * from {{ ref('int_item_decisions') }}
),

-- An amount without a rate into the functional currency must not look small.
priorities as (
    select
        exceptions.exception_id,
        exception_priorities.priority,
        exception_priorities.priority_name,
        row_number() over (
            partition by exceptions.exception_id
            order by
                exception_priorities.priority asc,
                exception_priorities.minimum_amount desc, exception_priorities.minimum_age_days desc
        ) as priority_rank
    from exceptions
    inner join exception_priorities
        on
            exceptions.age_days >= exception_priorities.minimum_age_days
            and (
                exceptions.functional_open_amount_minor is null
                or exceptions.functional_open_amount_minor
                >= exception_priorities.minimum_amount
                * {{ power_of_ten('exceptions.functional_exponent') }}
            )
),

exceptions_prioritised as (
    select
        exceptions.exception_id,
        exceptions.item_id,
        exceptions.leg,
        exceptions.entity_id,
        exceptions.status,
        exceptions.match_id,
        exceptions.expected_item_id,
        exceptions.recorded_item_id,
        exceptions.document_reference,
        exceptions.customer_id,
        exceptions.event_type,
        exceptions.account_role,
        exceptions.currency_code,
        exceptions.expected_amount_minor,
        exceptions.recorded_amount_minor,
        exceptions.residual_amount_minor,
        exceptions.open_amount_minor,
        exceptions.functional_currency_code,
        exceptions.functional_exponent,
        exceptions.functional_open_amount_minor,
        exceptions.document_date,
        exceptions.due_date,
        exceptions.first_seen_date,
        exceptions.age_days,
        exceptions.age_bucket,
        exceptions.cause,
        exceptions.is_estimated,
        exceptions.explanation,
        coalesce(priorities.priority, 0) as priority,
        coalesce(priorities.priority_name, 'unranked') as priority_name,
        exception_owners.owner_team,
        item_decisions.decision_id,
        coalesce(item_decisions.decision_state, 'none') as decision_state
    from exceptions
    left join priorities
        on
            exceptions.exception_id = priorities.exception_id
            and priorities.priority_rank = 1
    left join exception_owners
        on exceptions.exception_id = exception_owners.exception_id
    left join item_decisions
        on exceptions.item_id = item_decisions.item_id
)

select * from exceptions_prioritised
