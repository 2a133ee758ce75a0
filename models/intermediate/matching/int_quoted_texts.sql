-- grain: one row per entity_id, source_name, quoted_text
with

ledger_lines as (
    select * from {{ ref('int_ledger_lines') }}
),

bank_lines as (
    select * from {{ ref('int_bank_lines') }}
),

-- A line that was deleted after its period was closed still stands there, and quotes what it quoted.
frozen_lines as (
    select * from {{ ref('int_close_rows') }}
    where record_kind = 'entry' and side = 'recorded'
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
        reference_text as quoted_text
    from bank_lines
    union all
    select
        entity_id,
        source_name,
        description as quoted_text
    from bank_lines
    union all
    select
        entity_id,
        source_name,
        quoted_text
    from frozen_lines
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
