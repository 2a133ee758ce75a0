-- grain: one row per expected_item_id, recorded_item_id
with

pairs as (
    select * from {{ ref('int_pairs_by_reference') }}
),

rates as (
    select * from {{ ref('int_fx_timing_rates') }}
),

matching_windows as (
    select * from {{ ref('int_matching_windows') }}
),

-- Every part was converted and rounded by itself, so each may be off by the tolerance. What the
-- rounding of both sides could make says nothing about rates.
converted_pairs as (
    select
        pairs.expected_item_id,
        pairs.recorded_item_id,
        rates.rate_date,
        row_number() over (
            partition by pairs.expected_item_id, pairs.recorded_item_id
            order by rates.basis asc
        ) as date_rank
    from pairs
    inner join rates
        on
            pairs.expected_item_id = rates.expected_item_id
            and pairs.recorded_item_id = rates.recorded_item_id
    inner join matching_windows as windows
        on
            pairs.leg = windows.leg
            and {{ within_window('fx_timing') }}
            and pairs.amount_distance > 2 * windows.fx_timing_amount_minor * pairs.part_count
            and abs(
                {{ convert_money(
                    'pairs.transaction_amount_minor', 'rates.multiplier', 'rates.divisor'
                ) }}
                - pairs.recorded_amount_minor
            ) <= windows.fx_timing_amount_minor * pairs.part_count
),

fx_timing_pairs as (
    select
        expected_item_id,
        recorded_item_id,
        rate_date
    from converted_pairs
    where date_rank = 1
)

select * from fx_timing_pairs
