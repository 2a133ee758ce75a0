-- grain: one row per item_id
with

breaks_classified as (
    select * from {{ ref('int_breaks_classified') }}
),

break_words as (
    select * from {{ ref('int_break_words') }}
),

journal_entries as (
    select * from {{ ref('fct_journal_entries') }}
),

suggested_entries as (
    select * from {{ ref('int_suggested_entries') }}
),

causes as (
    select * from {{ ref('causes') }}
),

worded as (
    select
        breaks_classified.item_id,
        breaks_classified.leg,
        break_words.posting_text,
        break_words.expected_size_text,
        break_words.recorded_size_text,
        break_words.residual_size_text,
        break_words.due_date_text,
        coalesce(break_words.recorded_date_text, 'no day') as recorded_date_text,
        break_words.document_text || ' of '
        || coalesce(
            entries.size_text,
            case when breaks_classified.expected_item_id is null then corrections.size_text end,
            break_words.size_text
        )
        -- A journal for a day or a month has it in its name.
        || case
            when breaks_classified.document_reference like breaks_classified.event_type || ':%'
                then ''
            else coalesce(' on ' || break_words.document_date_text, '')
        end as document_text,
        coalesce(postings.entry_text, 'the entry of it') as entry_text,
        coalesce(
            corrections.entry_text,
            break_words.residual_size_text || ' on ' || break_words.role_text
        ) as correction_text,
        case breaks_classified.leg
            when 'ledger' then causes.suggested_action
            else coalesce(causes.action_outside_ledger, causes.suggested_action)
        end as action_template
    from breaks_classified
    inner join break_words
        on breaks_classified.item_id = break_words.item_id
    inner join causes
        on breaks_classified.cause = causes.cause
    left join journal_entries
        on breaks_classified.expected_item_id = journal_entries.item_id
    left join suggested_entries as entries
        on
            'entry:' || journal_entries.batch_id = entries.entry_id
            and breaks_classified.currency_code = entries.currency_code
    left join suggested_entries as postings
        on
            'posting:' || journal_entries.batch_id = postings.entry_id
            and breaks_classified.currency_code = postings.currency_code
    left join suggested_entries as corrections
        on
            'correction:' || breaks_classified.entity_id || ':'
            || breaks_classified.document_reference || ':' || breaks_classified.cause
            = corrections.entry_id
            and breaks_classified.leg = 'ledger'
            and breaks_classified.currency_code = corrections.currency_code
),

filled as (
    select
        item_id,
        {{ filled_text('action_template', {
            'entry': 'entry_text',
            'correction': 'correction_text',
            'document': 'document_text',
            'posting': 'posting_text',
            'expected': 'expected_size_text',
            'recorded': 'recorded_size_text',
            'difference': 'residual_size_text',
            'recorded_date': 'recorded_date_text',
            'due_date': 'due_date_text',
            'system': "'the ' || leg"
        }) }} as suggested_action
    from worded
),

suggested_actions as (
    select
        item_id,
        upper(substring(suggested_action, 1, 1)) || substring(suggested_action, 2)
            as suggested_action
    from filled
)

select * from suggested_actions
