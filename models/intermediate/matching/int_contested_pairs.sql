-- grain: one row per expected_item_id, recorded_item_id
with

candidates as (
    select
        *,
        min(expected_item_id) over (
            partition by leg, entity_id, account_role, currency_code, document_reference
        ) as block_id
    from {{ ref('int_candidates_by_reference') }}
    where not is_only_choice
),

-- Twins differ in nothing that matters: the first expected one belongs to the first recorded one.
twins as (
    select
        *,
        row_number() over (
            partition by recorded_item_id, expected_amount_minor, expected_date
            order by expected_item_id asc
        ) as expected_twin_rank,
        row_number() over (
            partition by expected_item_id, recorded_amount_minor, recorded_date
            order by recorded_at asc, journal_id asc, recorded_item_id asc
        ) as recorded_twin_rank,
        dense_rank() over (partition by block_id order by expected_item_id asc)
            as expected_number,
        dense_rank() over (partition by block_id order by recorded_item_id asc)
            as recorded_number
    from candidates
),

ranked as (
    select
        expected_item_id,
        recorded_item_id,
        block_id,
        expected_number,
        recorded_number,
        max(expected_number) over (partition by block_id) as expected_in_block,
        max(recorded_number) over (partition by block_id) as recorded_in_block,
        match_tier,
        match_rule,
        -- A stronger tier is worth more than any number of weaker pairs, one more pair more than any
        -- number of days, a day more than any difference that is tolerated.
        case match_tier
            when 1 then 1000000000000
            when 2 then 1000000000
            when 3 then 1000000
            when 4 then 1000
            else 1
        end
        * 1000000
        - 1000 * least(date_distance, 366)
        - least(amount_distance, 999) as pair_value,
        row_number() over (
            order by
                match_tier asc,
                date_distance asc,
                amount_distance asc,
                abs(expected_twin_rank - recorded_twin_rank) asc,
                expected_item_id asc,
                recorded_at asc,
                journal_id asc,
                recorded_item_id asc
        ) as pair_rank
    from twins
),

-- All assignments of a small block can be compared; in a large one the nearest pair goes first.
contested_pairs as (
    select
        *,
        least(expected_in_block, recorded_in_block) <= 5
        and greatest(expected_in_block, recorded_in_block) <= 8 as is_small_block,
        expected_in_block * recorded_in_block as block_size
    from ranked
)

select * from contested_pairs
