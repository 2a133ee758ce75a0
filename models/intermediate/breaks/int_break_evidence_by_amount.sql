-- grain: one row per item_id, cause
with

break_items as (
    select * from {{ ref('int_break_items') }}
    where
        expected_item_id is not null
        and recorded_item_id is not null
        and residual_amount_minor <> 0
),

currencies as (
    select * from {{ ref('currencies') }}
),

causes as (
    select * from {{ ref('causes') }}
),

event_causes as (
    select * from {{ ref('event_causes') }}
),

digit_counts as (
    select * from {{ ref('int_break_digits') }}
),

facts as (
    select
        break_items.item_id,
        event_causes.cause_when_less,
        break_items.match_rule,
        break_items.expected_amount_minor as expected_amount,
        break_items.recorded_amount_minor as recorded_amount,
        abs(break_items.expected_amount_minor) as expected_size,
        abs(break_items.recorded_amount_minor) as recorded_size,
        abs(break_items.residual_amount_minor) as residual_size,
        sign(break_items.expected_amount_minor) = sign(break_items.recorded_amount_minor)
            as is_same_sign,
        digit_counts.differing_digits,
        break_items.transaction_currency_code <> break_items.currency_code as is_foreign,
        {{ wide_integer('abs(break_items.transaction_amount_minor)') }}
        * {{ power_of_ten('own_currencies.exponent') }} as transaction_size_scaled,
        {{ wide_integer('abs(break_items.recorded_amount_minor)') }}
        * {{ power_of_ten('transaction_currencies.exponent') }} as recorded_size_scaled,
        causes.limit_minor as rounding_limit
    from break_items
    inner join digit_counts
        on break_items.item_id = digit_counts.item_id
    inner join causes
        on causes.cause = 'rounding'
    left join event_causes
        on
            break_items.leg = event_causes.leg
            and break_items.event_type = event_causes.event_type
    left join currencies as own_currencies
        on break_items.currency_code = own_currencies.currency_code
    left join currencies as transaction_currencies
        on break_items.transaction_currency_code = transaction_currencies.currency_code
),

evidence as (
    select
        item_id,
        'currency_not_converted' as cause,
        'the recorded number is the amount in the document''s own currency' as finding
    from facts
    where is_foreign and transaction_size_scaled = recorded_size_scaled
    union all
    select
        item_id,
        'sign_flipped' as cause,
        'debit and credit changed places' as finding
    from facts
    where expected_amount = -recorded_amount
    union all
    select
        item_id,
        'decimal_slip' as cause,
        'one is a power of ten times the other' as finding
    from facts
    where
        is_same_sign
        and (
            expected_size in (10 * recorded_size, 100 * recorded_size, 1000 * recorded_size)
            or recorded_size in (10 * expected_size, 100 * expected_size, 1000 * expected_size)
        )
    union all
    select
        item_id,
        'transposed_digits' as cause,
        'both have the same digits' as finding
    from facts
    where is_same_sign and differing_digits = 0 and residual_size % 9 = 0
    union all
    select
        item_id,
        'rounding' as cause,
        'the difference is rounding' as finding
    from facts
    where
        is_same_sign
        and residual_size <= rounding_limit
        and match_rule not in ('fx_timing', 'proration')
    union all
    select
        item_id,
        cause_when_less as cause,
        'less was recorded than was paid' as finding
    from facts
    where is_same_sign and recorded_size < expected_size and cause_when_less is not null
)

select * from evidence
