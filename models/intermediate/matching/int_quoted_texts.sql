-- grain: one row per entity_id, source_name, quoted_text
with

ledger_lines as (
    select * from {{ ref('int_ledger_lines') }}
),

-- A line that was closed and is gone from the ledger is known by what its close remembers of it.
closed_lines as (
    select * from {{ ref('int_frozen_postings') }}
    where side = 'recorded'
),

bank_lines as (
    select * from {{ ref('int_bank_lines') }}
),

texts as (
    select
        entity_id,
        source_name,
        reference_text as quoted_text
    from ledger_lines
    union all
    select
        entity_id,
        source_name,
        line_text as quoted_text
    from ledger_lines
    union all
    select
        entity_id,
        source_name,
        quoted_text
    from closed_lines
    union all
    select
        entity_id,
        source_name,
        reference_text as quoted_text
    from bank_lines
    union all
    select
        entity_id,
        source_name,
        description as quoted_text
    from bank_lines
),

quoted_texts as (
    select distinct
        entity_id,
        source_name,
        lower(trim(quoted_text)) as quoted_text
    from texts
    where trim(quoted_text) <> ''
)

select * from quoted_texts
