-- grain: one row per entity_id, source_name, source_table, relation_key, number_prefix, first_missing_number
with

sequence_numbers as (
    select * from {{ ref('int_sequence_numbers') }}
),

neighbours as (
    select
        *,
        lead(sequence_number) over (
            partition by entity_id, source_name, source_table, relation_key, number_prefix
            order by sequence_number asc
        ) as next_number,
        lead(document_number) over (
            partition by entity_id, source_name, source_table, relation_key, number_prefix
            order by sequence_number asc
        ) as next_document_number,
        lead(number_date) over (
            partition by entity_id, source_name, source_table, relation_key, number_prefix
            order by sequence_number asc
        ) as next_date
    from sequence_numbers
),

sequence_gaps as (
    select
        entity_id,
        source_name,
        source_table,
        relation_key,
        number_prefix,
        sequence_number + 1 as first_missing_number,
        next_number - 1 as last_missing_number,
        next_number - sequence_number - 1 as missing_count,
        number_prefix || lpad(
            cast(sequence_number + 1 as {{ dbt.type_string() }}),
            cast(greatest(
                digit_count, length(cast(sequence_number + 1 as {{ dbt.type_string() }}))
            ) as integer),
            '0'
        ) as first_missing,
        number_prefix || lpad(
            cast(next_number - 1 as {{ dbt.type_string() }}),
            cast(greatest(
                digit_count, length(cast(next_number - 1 as {{ dbt.type_string() }}))
            ) as integer),
            '0'
        ) as last_missing,
        document_number as document_before,
        number_date as date_before,
        next_document_number as document_after,
        next_date as date_after
    from neighbours
    where next_number > sequence_number + 1
)

select * from sequence_gaps
