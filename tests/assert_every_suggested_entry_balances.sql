-- Invariant: an entry that nothing recorded is suggested whole, and what is suggested balances (L9).
-- Grain: batch of journal entries; exception.
-- A row: a suggestion that would unbalance the books, lacks a line, or has a gap in its words.
-- Then: compare the batch in fct_journal_entries with int_suggested_lines, `posting:` and the batch.
with

missing_batches as (
    select
        batch_id,
        count(*) as line_count
    from {{ ref('fct_journal_entries') }}
    group by batch_id
    having min(status) = 'expected_only' and max(status) = 'expected_only'
),

suggested_lines as (
    select
        entry_id,
        sum(amount_minor) as open_amount_minor,
        count(*) as line_count
    from {{ ref('int_suggested_lines') }}
    group by entry_id
),

batches as (
    select
        missing_batches.batch_id as subject,
        case
            when suggested_lines.entry_id is null then 'nothing is suggested'
            when suggested_lines.open_amount_minor <> 0 then 'debits and credits differ'
            when suggested_lines.line_count <> missing_batches.line_count then 'a line is missing'
            else 'ok'
        end as status
    from missing_batches
    left join suggested_lines
        on 'posting:' || missing_batches.batch_id = suggested_lines.entry_id
),

suggestions as (
    select
        exceptions.exception_id as subject,
        case
            when {{ dbt.position("'{'", 'exceptions.suggested_action') }} > 0 then 'a gap'
            when
                causes.suggested_action like '%{entry}%'
                and missing_batches.batch_id is not null
                and (
                    entries.entry_text is null
                    or {{ dbt.position('entries.entry_text', 'exceptions.suggested_action') }} = 0
                )
                then 'the words lack the entry'
            else 'ok'
        end as status
    from {{ ref('fct_exceptions') }} as exceptions
    inner join {{ ref('causes') }} as causes
        on exceptions.cause = causes.cause
    left join {{ ref('fct_journal_entries') }} as journal_entries
        on exceptions.expected_item_id = journal_entries.item_id
    left join missing_batches
        on journal_entries.batch_id = missing_batches.batch_id
    left join {{ ref('int_suggested_entries') }} as entries
        on 'posting:' || missing_batches.batch_id = entries.entry_id
)

select * from batches
where status <> 'ok'
union all
select * from suggestions
where status <> 'ok'
