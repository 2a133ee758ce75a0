{#- The pairs that are the best left for both of their items. Pairs carry pair_rank, a total order, and
    the result has no item twice. Pairs that share an item with a pair taken before are out. -#}
{% macro mutual_best(pairs, taken=[]) -%}
    select
        open_pairs.expected_item_id,
        open_pairs.recorded_item_id,
        open_pairs.pair_rank
    from (
        select
            pairs.expected_item_id,
            pairs.recorded_item_id,
            pairs.pair_rank,
            min(pairs.pair_rank) over (partition by pairs.expected_item_id) as best_for_expected,
            min(pairs.pair_rank) over (partition by pairs.recorded_item_id) as best_for_recorded
        from {{ pairs }} as pairs
        {%- for round in taken %}
        left join {{ round }} as expected_in_{{ round }}
            on pairs.expected_item_id = expected_in_{{ round }}.expected_item_id
        left join {{ round }} as recorded_in_{{ round }}
            on pairs.recorded_item_id = recorded_in_{{ round }}.recorded_item_id
        {%- endfor %}
        {%- for round in taken %}
        {{ 'where' if loop.first else 'and' }} expected_in_{{ round }}.expected_item_id is null
            and recorded_in_{{ round }}.recorded_item_id is null
        {%- endfor %}
    ) as open_pairs
    where
        open_pairs.pair_rank = open_pairs.best_for_expected
        and open_pairs.pair_rank = open_pairs.best_for_recorded
{%- endmacro %}
