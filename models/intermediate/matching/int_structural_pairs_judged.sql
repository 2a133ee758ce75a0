-- grain: one row per expected_item_id, recorded_item_id
with

structural_pairs as (
    select
        pairs.*,
        case when pairs.is_same_customer then 'structural' else 'structural_without_customer' end
            as match_rule
    from {{ ref('int_structural_pairs') }} as pairs
),

matching_rules as (
    select * from {{ ref('matching_rules') }}
    where tier = 6 and is_enabled
),

preferences as (
    select
        structural_pairs.*,
        dense_rank() over (
            partition by structural_pairs.expected_item_id
            order by {{ structural_preference('structural_pairs') }}
        ) as preference_of_expected,
        dense_rank() over (
            partition by structural_pairs.recorded_item_id
            order by {{ structural_preference('structural_pairs') }}
        ) as preference_of_recorded,
        row_number() over (
            partition by
                structural_pairs.recorded_item_id,
                structural_pairs.expected_block,
                structural_pairs.expected_date
            order by structural_pairs.expected_item_id asc
        ) as expected_twin_rank,
        row_number() over (
            partition by
                structural_pairs.expected_item_id,
                structural_pairs.recorded_block,
                structural_pairs.recorded_date
            order by structural_pairs.recorded_at asc, structural_pairs.recorded_item_id asc
        ) as recorded_twin_rank
    from structural_pairs
    inner join matching_rules
        on
            structural_pairs.leg = matching_rules.leg
            and structural_pairs.match_rule = matching_rules.rule
),

-- Twins are lines of one document; two documents that fit equally well are a riddle.
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

structural_pairs_judged as (
    select
        preferences.expected_item_id,
        preferences.recorded_item_id,
        preferences.match_rule,
        preferences.date_distance,
        preferences.preference_of_expected,
        preferences.preference_of_recorded,
        rivals_of_expected.rival_count > 1 as is_ambiguous_for_expected,
        rivals_of_recorded.rival_count > 1 as is_ambiguous_for_recorded,
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
)

select * from structural_pairs_judged
