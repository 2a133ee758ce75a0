-- grain: one row per entity_id, source_name, source_table, relation_key, number_prefix, sequence_number
with

invoices as (
    select * from {{ from_sources('billing_sources', 'invoices', readable_only=false) }} as invoices
),

journals as (
    select * from {{ from_sources('ledger_sources', 'journals', readable_only=false) }} as journals
),

-- Whatever became of a row, its number has been seen: voided, in quarantine or an older version.
numbered as (
    select
        entity_id,
        source_name,
        source_table,
        coalesce(source_relation, '-') as relation_key,
        invoice_number as document_number,
        {{ accounting_date('coalesce(issued_at, recorded_at)', 'entity_timezone') }} as number_date
    from invoices
    where invoice_number is not null
    union all
    select
        entity_id,
        source_name,
        source_table,
        coalesce(source_relation, '-') as relation_key,
        journal_number as document_number,
        coalesce(posting_date, {{ accounting_date('recorded_at', 'entity_timezone') }})
            as number_date
    from journals
    where journal_number is not null
),

tails as (
    select
        *,
        nullif({{ first_group_of('document_number', "'([0-9]{1,15})$'") }}, '') as tail
    from numbered
),

-- Numbers of other digits at the front, such as those of a year, are sequences of their own.
split_numbers as (
    select
        *,
        substr(document_number, 1, length(document_number) - length(tail)) as number_prefix,
        cast(tail as {{ dbt.type_bigint() }}) as sequence_number
    from tails
    where tail is not null
),

sequence_numbers as (
    select
        entity_id,
        source_name,
        source_table,
        relation_key,
        number_prefix,
        sequence_number,
        min(document_number) as document_number,
        min(length(tail)) as digit_count,
        min(number_date) as number_date
    from split_numbers
    group by
        entity_id,
        source_name,
        source_table,
        relation_key,
        number_prefix,
        sequence_number
)

select * from sequence_numbers
