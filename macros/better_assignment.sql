{#- One step from an assignment towards the best of its block: the one or two pairs that are worth
    most above the pairs they put out, or nothing when none are worth more. Pairs carry block_id,
    pair_value and pair_rank, a total order; the assignment is a relation of pair_rank. -#}
{% macro better_assignment(pairs, assignment) -%}
    with

    assigned as (
        select pairs.*
        from {{ pairs }} as pairs
        inner join {{ assignment }} as assignment
            on pairs.pair_rank = assignment.pair_rank
    ),

    -- What each pair would put out. One that is assigned would put itself out and never gains.
    weighed_pairs as (
        select
            pairs.block_id,
            pairs.expected_item_id,
            pairs.recorded_item_id,
            pairs.pair_rank,
            pairs.pair_value,
            of_expected.pair_rank as out_by_expected,
            coalesce(of_expected.pair_value, 0) as lost_by_expected,
            of_recorded.pair_rank as out_by_recorded,
            coalesce(of_recorded.pair_value, 0) as lost_by_recorded
        from {{ pairs }} as pairs
        left join assigned as of_expected
            on pairs.expected_item_id = of_expected.expected_item_id
        left join assigned as of_recorded
            on pairs.recorded_item_id = of_recorded.recorded_item_id
    ),

    moves as (
        select
            block_id,
            pair_rank as first_rank,
            0 as second_rank,
            pair_value - lost_by_expected - lost_by_recorded as gain,
            out_by_expected,
            out_by_recorded,
            0 as second_out_by_expected,
            0 as second_out_by_recorded
        from weighed_pairs
        union all
        select
            first_pairs.block_id,
            first_pairs.pair_rank as first_rank,
            second_pairs.pair_rank as second_rank,
            first_pairs.pair_value
            + second_pairs.pair_value
            - first_pairs.lost_by_expected
            - first_pairs.lost_by_recorded
            -- A pair that both put out is lost once.
            - case
                when second_pairs.out_by_expected = first_pairs.out_by_recorded then 0
                else second_pairs.lost_by_expected
            end
            - case
                when second_pairs.out_by_recorded = first_pairs.out_by_expected then 0
                else second_pairs.lost_by_recorded
            end as gain,
            first_pairs.out_by_expected,
            first_pairs.out_by_recorded,
            second_pairs.out_by_expected as second_out_by_expected,
            second_pairs.out_by_recorded as second_out_by_recorded
        from weighed_pairs as first_pairs
        inner join weighed_pairs as second_pairs
            on
                first_pairs.block_id = second_pairs.block_id
                and first_pairs.pair_rank < second_pairs.pair_rank
                and first_pairs.expected_item_id <> second_pairs.expected_item_id
                and first_pairs.recorded_item_id <> second_pairs.recorded_item_id
    ),

    best_moves as (
        select *
        from (
            select
                *,
                row_number() over (
                    partition by block_id order by gain desc, first_rank asc, second_rank asc
                ) as move_rank
            from moves
            where gain > 0
        ) as ranked_moves
        where move_rank = 1
    )

    select assigned.pair_rank
    from assigned
    left join best_moves
        on
            assigned.block_id = best_moves.block_id
            and assigned.pair_rank in (
                best_moves.out_by_expected,
                best_moves.out_by_recorded,
                best_moves.second_out_by_expected,
                best_moves.second_out_by_recorded
            )
    where best_moves.block_id is null
    union all
    select first_rank as pair_rank
    from best_moves
    union all
    select second_rank as pair_rank
    from best_moves
    where second_rank > 0
{%- endmacro %}
