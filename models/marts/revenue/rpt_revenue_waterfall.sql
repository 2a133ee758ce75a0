-- grain: one row per entity_id, currency_code, booked_month, recognition_month
with

recognition_by_month as (
    select * from {{ ref('int_recognition_by_month') }}
),

obligations as (
    select * from {{ ref('int_obligations') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

billed as (
    select
        entity_id,
        currency_code,
        booked_month,
        cast(sum(net_amount_minor) as bigint) as billed_amount_minor
    from obligations
    group by
        entity_id,
        currency_code,
        booked_month
),

-- Net of contra: a void or a refund shows as a negative amount in its own month.
earned as (
    select
        entity_id,
        currency_code,
        booked_month,
        month_start as recognition_month,
        min(case when is_forecast then 1 else 0 end) = 1 as is_forecast,
        cast(sum(recognised_amount_minor) as bigint) as recognised_amount_minor,
        cast(sum(contra_amount_minor) as bigint) as contra_amount_minor
    from recognition_by_month
    group by
        entity_id,
        currency_code,
        booked_month,
        month_start
),

revenue_waterfall as (
    select
        earned.entity_id,
        earned.currency_code,
        earned.booked_month,
        earned.recognition_month,
        earned.is_forecast,
        {{ major_units('billed.billed_amount_minor', 'currencies.exponent') }} as billed_amount,
        {{ major_units('earned.recognised_amount_minor', 'currencies.exponent') }}
            as recognised_amount,
        {{ major_units('earned.contra_amount_minor', 'currencies.exponent') }} as contra_amount,
        {{ major_units(
            'earned.recognised_amount_minor - earned.contra_amount_minor', 'currencies.exponent'
        ) }} as net_recognised_amount
    from earned
    inner join billed
        on
            earned.entity_id = billed.entity_id
            and earned.currency_code = billed.currency_code
            and earned.booked_month = billed.booked_month
    inner join currencies
        on earned.currency_code = currencies.currency_code
)

select * from revenue_waterfall
