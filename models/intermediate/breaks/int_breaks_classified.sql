-- grain: one row per item_id
with

break_items as (
    select * from {{ ref('int_break_items') }}
),

break_causes as (
    select * from {{ ref('int_break_causes') }}
),

break_entries as (
    select * from {{ ref('int_break_entries') }}
),

causes as (
    select * from {{ ref('causes') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

worded as (
    select
        break_items.*,
        break_causes.cause,
        break_causes.finding,
        break_causes.is_inherited,
        causes.is_estimated,
        causes.precedence,
        causes.suggested_action as action_template,
        coalesce(break_entries.entry_text, 'the expected entry') as entry_text,
        coalesce(break_items.document_reference, break_items.quoted_text, break_items.item_id)
            as document_text,
        coalesce(break_items.journal_id, break_items.recorded_record_id, 'the posting')
            as journal_text,
        {{ money_text(
            'break_items.expected_amount_minor', 'currencies.exponent', 'break_items.currency_code'
        ) }} as expected_text,
        {{ money_text(
            'break_items.recorded_amount_minor', 'currencies.exponent', 'break_items.currency_code'
        ) }} as recorded_text,
        {{ money_text(
            'break_items.residual_amount_minor', 'currencies.exponent', 'break_items.currency_code'
        ) }} as residual_text,
        {{ money_text(
            'break_items.amount_minor', 'currencies.exponent', 'break_items.currency_code'
        ) }} as amount_text
    from break_items
    inner join break_causes
        on break_items.item_id = break_causes.item_id
    inner join causes
        on break_causes.cause = causes.cause
    inner join currencies
        on break_items.currency_code = currencies.currency_code
    left join break_entries
        on
            break_items.leg = break_entries.leg
            and break_items.entity_id = break_entries.entity_id
            and break_items.document_reference = break_entries.document_reference
            and break_items.event_type = break_entries.event_type
),

breaks_classified as (
    select
        item_id,
        leg,
        entity_id,
        status,
        match_id,
        cause,
        precedence,
        is_estimated or is_inherited as is_estimated,
        document_reference,
        event_type,
        account_role,
        currency_code,
        amount_minor,
        expected_amount_minor,
        recorded_amount_minor,
        residual_amount_minor,
        expected_item_id,
        recorded_item_id,
        due_date,
        coalesce(event_type || ' ', '') || document_text || ', ' || account_role || ': '
        || case
            when expected_item_id is null then 'nothing expected'
            else 'expected ' || expected_text || ' on '
                || cast(expected_date as {{ dbt.type_string() }})
        end
        || case
            when recorded_item_id is null then ', nothing recorded'
            else ', recorded ' || recorded_text || ' on '
                || cast(recorded_date as {{ dbt.type_string() }})
        end
        || ', difference ' || residual_text || '; ' || finding || '.' as explanation,
        replace(
            replace(replace(replace(replace(replace(replace(replace(replace(
                action_template,
                '{document}', document_text
            ),
            '{journal}', journal_text),
            '{entry}', entry_text),
            '{expected}', expected_text),
            '{recorded}', recorded_text),
            '{difference}', residual_text),
            '{amount}', amount_text),
            '{role}', account_role),
            '{date}', cast(coalesce(expected_date, recorded_date) as {{ dbt.type_string() }})
        ) as suggested_action,
        side,
        recorded_at,
        coalesce(expected_date, recorded_date) as document_date
    from worded
)

select * from breaks_classified
