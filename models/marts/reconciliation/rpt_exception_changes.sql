-- grain: one row per item_id
with

exception_changes as (
    select * from {{ ref('int_exception_changes') }}
),

items as (
    select * from {{ ref('int_items') }}
),

exceptions as (
    select * from {{ ref('fct_exceptions') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

changes as (
    select
        exception_changes.item_id,
        exception_changes.exception_id,
        exception_changes.leg,
        exception_changes.entity_id,
        exception_changes.day_before as compared_with_day,
        exception_changes.as_of_date as as_of_day,
        exception_changes.change_kind,
        items.document_reference,
        items.customer_id,
        items.account_role,
        exception_changes.currency_code,
        exception_changes.status_before,
        exception_changes.status_after,
        {{ major_units('exception_changes.open_amount_minor_before', 'currencies.exponent') }}
            as open_before_amount,
        {{ major_units('exception_changes.open_amount_minor_after', 'currencies.exponent') }}
            as open_after_amount,
        exception_changes.age_bucket_before,
        exception_changes.age_bucket_after,
        cast(exception_changes.age_days as integer) as age_days,
        exceptions.cause,
        exceptions.priority,
        exceptions.priority_name,
        exceptions.owner_team,
        exception_changes.explanation || coalesce('; ' || exceptions.explanation, '.')
            as explanation,
        exceptions.suggested_action
    from exception_changes
    inner join items
        on exception_changes.item_id = items.item_id
    inner join currencies
        on exception_changes.currency_code = currencies.currency_code
    left join exceptions
        on
            exception_changes.exception_id = exceptions.exception_id
            and exception_changes.change_kind <> 'cleared'
)

select * from changes
