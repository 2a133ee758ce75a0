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
    where convention not in ('passthrough', 'excluded')
    group by
        entity_id,
        currency_code,
        booked_month
),

-- Changes instead of balances: what a schedule leaves deferred at its end stays so afterwards.
deferred_changes as (
    select
        *,
        deferred_amount_minor - lag(deferred_amount_minor, 1, 0) over (
            partition by obligation_id order by month_start
        ) as deferred_change_minor
    from recognition_by_month
),

-- Net of contra: a void or a refund shows as a negative amount in its own month.
by_month as (
    select
        entity_id,
        currency_code,
        booked_month,
        month_start as recognition_month,
        min(case when is_forecast then 1 else 0 end) = 1 as is_forecast,
        cast(sum(recognised_amount_minor) as bigint) as recognised_amount_minor,
        cast(sum(contra_amount_minor) as bigint) as contra_amount_minor,
        cast(sum(deferred_change_minor) as bigint) as deferred_change_minor
    from deferred_changes
    group by
        entity_id,
        currency_code,
        booked_month,
        month_start
),

earned as (
    select
        *,
        sum(deferred_change_minor) over (
            partition by entity_id, currency_code, booked_month order by recognition_month
            rows between unbounded preceding and current row
        ) as remaining_amount_minor
    from by_month
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
        ) }} as net_recognised_amount,
        {{ major_units('earned.remaining_amount_minor', 'currencies.exponent') }}
            as remaining_amount
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
