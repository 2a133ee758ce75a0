-- grain: one row per pair_rank
with

-- Few choose among many: each item of the smaller side, five at most, takes one of its candidates
-- or none.
pairs as (
    select
        block_id,
        pair_rank,
        pair_value,
        case
            when expected_in_block <= recorded_in_block then expected_number else recorded_number
        end as chooser,
        case
            when expected_in_block <= recorded_in_block then recorded_number else expected_number
        end as chosen
    from {{ ref('int_contested_pairs') }}
    where is_small_block
),

blocks as (
    select distinct block_id
    from pairs
),

choosers as (
    {{ dbt.generate_series(5) }}
),

-- Taking none is worth nothing and collides with no other choice.
options as (
    select
        block_id,
        chooser,
        chosen,
        pair_rank,
        pair_value
    from pairs
    union all
    select
        blocks.block_id,
        choosers.generated_number as chooser,
        -choosers.generated_number as chosen,
        9000000000000000000 as pair_rank,
        0 as pair_value
    from blocks
    cross join choosers
),

assignments as (
    select
        first_options.block_id,
        first_options.pair_rank as first_rank,
        second_options.pair_rank as second_rank,
        third_options.pair_rank as third_rank,
        fourth_options.pair_rank as fourth_rank,
        fifth_options.pair_rank as fifth_rank,
        row_number() over (
            partition by first_options.block_id
            order by
                first_options.pair_value + second_options.pair_value + third_options.pair_value
                + fourth_options.pair_value + fifth_options.pair_value desc,
                first_options.pair_rank asc,
                second_options.pair_rank asc,
                third_options.pair_rank asc,
                fourth_options.pair_rank asc,
                fifth_options.pair_rank asc
        ) as assignment_rank
    from options as first_options
    inner join options as second_options
        on
            first_options.block_id = second_options.block_id
            and second_options.chooser = 2
            and first_options.chosen <> second_options.chosen
    inner join options as third_options
        on
            first_options.block_id = third_options.block_id
            and third_options.chooser = 3
            and third_options.chosen
            not in (first_options.chosen, second_options.chosen)
    inner join options as fourth_options
        on
            first_options.block_id = fourth_options.block_id
            and fourth_options.chooser = 4
            and fourth_options.chosen
            not in (first_options.chosen, second_options.chosen, third_options.chosen)
    inner join options as fifth_options
        on
            first_options.block_id = fifth_options.block_id
            and fifth_options.chooser = 5
            and fifth_options.chosen not in (
                first_options.chosen,
                second_options.chosen,
                third_options.chosen,
                fourth_options.chosen
            )
    where first_options.chooser = 1
),

best_assignments as (
    select * from assignments
    where assignment_rank = 1
),

assigned_pairs as (
    select pairs.pair_rank
    from pairs
    inner join best_assignments
        on
            pairs.block_id = best_assignments.block_id
            and pairs.pair_rank in (
                best_assignments.first_rank,
                best_assignments.second_rank,
                best_assignments.third_rank,
                best_assignments.fourth_rank,
                best_assignments.fifth_rank
            )
)

select * from assigned_pairs
