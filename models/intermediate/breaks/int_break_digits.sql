-- grain: one row per item_id
with

break_items as (
    select * from {{ ref('int_break_items') }}
    where expected_item_id is not null and recorded_item_id is not null
),

digits as (
    {{ dbt.generate_series(10) }}
),

-- Two amounts have the same digits when every digit occurs in both equally often.
digit_counts as (
    select
        break_items.item_id,
        sum(abs(
            length(replace(
                cast(abs(break_items.expected_amount_minor) as {{ dbt.type_string() }}),
                cast(digits.generated_number - 1 as {{ dbt.type_string() }}),
                ''
            ))
            - length(replace(
                cast(abs(break_items.recorded_amount_minor) as {{ dbt.type_string() }}),
                cast(digits.generated_number - 1 as {{ dbt.type_string() }}),
                ''
            ))
        )) as differing_digits
    from break_items
    cross join digits
    group by break_items.item_id
)

select * from digit_counts
