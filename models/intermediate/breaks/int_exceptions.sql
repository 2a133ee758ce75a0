-- grain: one row per exception_id
with

breaks_classified as (
    select * from {{ ref('int_breaks_classified') }}
),

break_items as (
    select * from {{ ref('int_break_items') }}
),

exception_days as (
    select * from {{ ref('int_exception_days') }}
    where is_as_of_date
),

entities as (
    select * from {{ ref('int_entities') }}
),

factors as (
    select * from {{ ref('int_rate_factors') }}
),

-- A discrepancy or a suggestion is one thing to look at, however many items it links.
ranked as (
    select
        breaks_classified.*,
        coalesce(breaks_classified.match_id, breaks_classified.item_id) as exception_id,
        row_number() over (
            partition by coalesce(breaks_classified.match_id, breaks_classified.item_id)
            order by
                breaks_classified.precedence asc,
                breaks_classified.side asc,
                breaks_classified.item_id asc
        ) as item_rank
    from breaks_classified
),

aged as (
    select
        ranked.*,
        exception_days.open_amount_minor,
        exception_days.first_seen_date,
        exception_days.age_days,
        exception_days.age_bucket,
        coalesce(break_items.expected_customer_id, break_items.recorded_customer_id) as customer_id,
        entities.functional_currency_code,
        entities.functional_exponent
    from ranked
    inner join exception_days
        on ranked.exception_id = exception_days.exception_id
    inner join entities
        on ranked.entity_id = entities.entity_id
    inner join break_items
        on ranked.item_id = break_items.item_id
    where ranked.item_rank = 1
),

exceptions as (
    select
        aged.exception_id,
        aged.item_id,
        aged.leg,
        aged.entity_id,
        aged.status,
        aged.match_id,
        aged.expected_item_id,
        aged.recorded_item_id,
        aged.document_reference,
        aged.customer_id,
        aged.event_type,
        aged.account_role,
        aged.currency_code,
        aged.expected_amount_minor,
        aged.recorded_amount_minor,
        aged.residual_amount_minor,
        aged.open_amount_minor,
        aged.functional_currency_code,
        aged.functional_exponent,
        case
            when aged.currency_code = aged.functional_currency_code then aged.open_amount_minor
            else {{ convert_money(
                'aged.open_amount_minor', 'factors.multiplier', 'factors.divisor'
            ) }}
        end as functional_open_amount_minor,
        aged.document_date,
        aged.due_date,
        aged.first_seen_date,
        aged.age_days,
        aged.age_bucket,
        aged.cause,
        aged.is_estimated,
        aged.explanation
    from aged
    left join factors
        on
            aged.currency_code = factors.from_currency_code
            and aged.functional_currency_code = factors.to_currency_code
            and aged.document_date = factors.rate_date
)

select * from exceptions
