-- grain: one row per exception_id
with

exceptions as (
    select * from {{ ref('int_exceptions_prioritised') }}
),

items as (
    select * from {{ ref('int_items') }}
),

suggested_actions as (
    select * from {{ ref('int_suggested_actions') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

open_exceptions as (
    select
        exceptions.exception_id,
        exceptions.leg,
        exceptions.entity_id,
        exceptions.status,
        exceptions.match_id,
        exceptions.item_id,
        exceptions.expected_item_id,
        exceptions.recorded_item_id,
        exceptions.document_reference,
        exceptions.customer_id,
        exceptions.event_type,
        exceptions.account_role,
        exceptions.currency_code,
        {{ major_units('exceptions.expected_amount_minor', 'currencies.exponent') }}
            as expected_amount,
        {{ major_units('exceptions.recorded_amount_minor', 'currencies.exponent') }}
            as recorded_amount,
        {{ major_units('exceptions.residual_amount_minor', 'currencies.exponent') }}
            as residual_amount,
        {{ major_units('exceptions.open_amount_minor', 'currencies.exponent') }} as open_amount,
        exceptions.functional_currency_code,
        {{ major_units(
            'exceptions.functional_open_amount_minor', 'exceptions.functional_exponent'
        ) }} as functional_open_amount,
        exceptions.document_date,
        exceptions.due_date,
        exceptions.first_seen_date,
        cast(exceptions.age_days as integer) as age_days,
        exceptions.age_bucket,
        cast(exceptions.priority as integer) as priority,
        exceptions.priority_name,
        exceptions.owner_team,
        exceptions.cause,
        exceptions.is_estimated,
        exceptions.explanation,
        suggested_actions.suggested_action,
        exceptions.decision_id,
        exceptions.decision_state,
        {{ item_fingerprint('items') }} as fingerprint,
        case
            when counterparts.item_id is not null then {{ item_fingerprint('counterparts') }}
        end as counterpart_fingerprint
    from exceptions
    inner join items
        on exceptions.item_id = items.item_id
    inner join suggested_actions
        on exceptions.item_id = suggested_actions.item_id
    inner join currencies
        on exceptions.currency_code = currencies.currency_code
    left join items as counterparts
        on
            counterparts.item_id = case
                when exceptions.item_id = exceptions.expected_item_id
                    then exceptions.recorded_item_id
                else exceptions.expected_item_id
            end
)

select * from open_exceptions
