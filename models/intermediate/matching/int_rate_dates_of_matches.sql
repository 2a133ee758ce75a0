-- grain: one row per match_id
with

pairs as (
    select * from {{ ref('int_fx_timing_pairs') }}
),

item_statuses as (
    select * from {{ ref('int_item_statuses') }}
),

-- A match that rests on the rate of a later day than its items could not be made before that day.
rate_dates_of_matches as (
    select
        expected_statuses.match_id,
        max(pairs.rate_date) as rate_date
    from pairs
    inner join item_statuses as expected_statuses
        on pairs.expected_item_id = expected_statuses.item_id
    inner join item_statuses as recorded_statuses
        on
            pairs.recorded_item_id = recorded_statuses.item_id
            and expected_statuses.match_id = recorded_statuses.match_id
    where expected_statuses.status_reason = 'fx_timing'
    group by expected_statuses.match_id
)

select * from rate_dates_of_matches
