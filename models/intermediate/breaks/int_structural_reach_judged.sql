-- grain: one row per expected_item_id, recorded_item_id
with

structural_reach as (
    select * from {{ ref('int_structural_reach') }}
),

preferences as (
    select
        structural_reach.*,
        dense_rank() over (
            partition by structural_reach.expected_item_id
            order by {{ structural_preference('structural_reach') }}
        ) as preference_of_expected,
        dense_rank() over (
            partition by structural_reach.recorded_item_id
            order by {{ structural_preference('structural_reach') }}
        ) as preference_of_recorded
    from structural_reach
),

rivals_of_expected as (
    select
        expected_item_id,
        count(distinct recorded_block) as rival_count
    from preferences
    where preference_of_expected = 1
    group by expected_item_id
),

rivals_of_recorded as (
    select
        recorded_item_id,
        count(distinct expected_block) as rival_count
    from preferences
    where preference_of_recorded = 1
    group by recorded_item_id
),

clear_pairs as (
    select
        preferences.*,
        row_number() over (
            order by
                {{ structural_preference('preferences') }},
                abs(preferences.expected_twin_rank - preferences.recorded_twin_rank) asc,
                preferences.expected_item_id asc,
                preferences.recorded_item_id asc
        ) as pair_rank
    from preferences
    inner join rivals_of_expected
        on preferences.expected_item_id = rivals_of_expected.expected_item_id
    inner join rivals_of_recorded
        on preferences.recorded_item_id = rivals_of_recorded.recorded_item_id
    where rivals_of_expected.rival_count = 1 and rivals_of_recorded.rival_count = 1
),

chosen as (
    {{ mutual_best('clear_pairs') }}
),

structural_reach_judged as (
    select
        clear_pairs.expected_item_id,
        clear_pairs.recorded_item_id,
        clear_pairs.leg,
        clear_pairs.event_type,
        clear_pairs.is_same_customer,
        clear_pairs.date_distance
    from clear_pairs
    inner join chosen
        on clear_pairs.pair_rank = chosen.pair_rank
)

select * from structural_reach_judged
