-- grain: one row per entity_id, processor_name, currency_code, month_start
with

open_amounts as (
    select * from {{ ref('int_processor_open_amounts') }}
),

processor_clearing as (
    select
        entity_id,
        processor_name,
        currency_code,
        month_start,
        balance_date,
        unsettled_count,
        {{ major_units('unsettled_amount_minor', 'exponent') }} as unsettled_amount,
        unsettled_count - stale_count as on_schedule_count,
        {{ major_units('unsettled_amount_minor - stale_amount_minor', 'exponent') }}
            as on_schedule_amount,
        stale_count,
        {{ major_units('stale_amount_minor', 'exponent') }} as stale_amount,
        in_transit_count,
        {{ major_units('in_transit_amount_minor', 'exponent') }} as in_transit_amount
    from open_amounts
)

select * from processor_clearing
