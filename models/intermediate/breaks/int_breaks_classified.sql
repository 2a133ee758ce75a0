-- grain: one row per item_id
with

break_items as (
    select * from {{ ref('int_break_items') }}
),

break_causes as (
    select * from {{ ref('int_break_causes') }}
),

break_words as (
    select * from {{ ref('int_break_words') }}
),

causes as (
    select * from {{ ref('causes') }}
),

-- Each field that differs is named with its distance; what agrees is said in one word, so that
-- nobody need look it up.
fields as (
    select
        *,
        case
            when residual_text is null then 'amount ' || expected_text || ' agrees'
            else 'amount expected ' || expected_text || ', recorded ' || recorded_text
                || ', difference ' || residual_text
                || coalesce(' (' || residual_percent_text || ')', '')
        end as amounts_text,
        case
            when days_apart_text is null then 'date ' || expected_date_text || ' agrees'
            else 'date expected ' || expected_date_text || ', recorded ' || recorded_date_text
                || ', ' || days_apart_text
        end as dates_text
    from break_words
),

explained as (
    select
        break_items.item_id,
        fields.document_text || ', ' || fields.role_text || ': '
        || case
            when break_items.recorded_item_id is null
                then 'expected ' || fields.expected_text || ' on ' || fields.expected_date_text
                    || ', nothing recorded'
            when break_items.expected_item_id is null
                then 'recorded ' || fields.recorded_text || ' on ' || fields.recorded_date_text
                    || ' in ' || fields.posting_text || ', nothing expected'
            else fields.amounts_text || '; ' || fields.dates_text
                || coalesce('; ' || fields.customers_text, '')
                || '; compared with ' || fields.posting_text
        end
        || coalesce('; the document says ' || fields.transaction_text, '')
        || '. ' || upper(substring(break_causes.finding, 1, 1))
        || substring(break_causes.finding, 2) || '.' as explanation
    from break_items
    inner join break_causes
        on break_items.item_id = break_causes.item_id
    inner join fields
        on break_items.item_id = fields.item_id
),

breaks_classified as (
    select
        break_items.item_id,
        break_items.leg,
        break_items.entity_id,
        break_items.status,
        break_items.match_id,
        break_causes.cause,
        causes.precedence,
        causes.is_estimated or break_causes.is_inherited as is_estimated,
        break_items.document_reference,
        break_items.event_type,
        break_items.account_role,
        break_items.currency_code,
        break_items.amount_minor,
        break_items.expected_amount_minor,
        break_items.recorded_amount_minor,
        break_items.residual_amount_minor,
        break_items.expected_item_id,
        break_items.recorded_item_id,
        break_items.due_date,
        upper(substring(explained.explanation, 1, 1))
        || substring(explained.explanation, 2) as explanation,
        break_items.side,
        break_items.recorded_at,
        coalesce(break_items.expected_date, break_items.recorded_date) as document_date
    from break_items
    inner join break_causes
        on break_items.item_id = break_causes.item_id
    inner join causes
        on break_causes.cause = causes.cause
    inner join explained
        on break_items.item_id = explained.item_id
)

select * from breaks_classified
