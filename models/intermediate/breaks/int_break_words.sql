-- grain: one row per item_id
with

break_items as (
    select * from {{ ref('int_break_items') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

event_causes as (
    select * from {{ ref('event_causes') }}
),

named as (
    select
        break_items.*,
        coalesce(transaction_currencies.exponent, currencies.exponent) as transaction_exponent,
        currencies.exponent,
        replace(break_items.account_role, '_', ' ') as role_text,
        case
            when break_items.event_type is null
                then coalesce(
                        'document ' || break_items.document_reference,
                        '"' || break_items.quoted_text || '"',
                        'posting ' || break_items.recorded_record_id
                    )
            else coalesce(event_causes.event_name, replace(break_items.event_type, '_', ' '))
                || ' ' || replace(break_items.document_reference, break_items.event_type || ':', '')
        end as document_text,
        case break_items.leg
            when 'ledger'
                then 'journal ' || coalesce(break_items.journal_id, break_items.recorded_record_id)
            when 'bank' then 'bank line ' || break_items.recorded_record_id
            when 'usage' then 'invoice line ' || break_items.recorded_record_id
            else 'processor transaction ' || break_items.recorded_record_id
        end as posting_text,
        {{ dbt.datediff(
            'break_items.expected_date', 'break_items.recorded_date', 'day'
        ) }} as days_late
    from break_items
    inner join currencies
        on break_items.currency_code = currencies.currency_code
    left join currencies as transaction_currencies
        on break_items.transaction_currency_code = transaction_currencies.currency_code
    left join event_causes
        on
            break_items.leg = event_causes.leg
            and break_items.event_type = event_causes.event_type
),

-- Everything that is said about a break is said in these words, in dates of ISO 8601.
break_words as (
    select
        item_id,
        document_text,
        role_text,
        coalesce(posting_text, 'the posting') as posting_text,
        {{ money_text('expected_amount_minor', 'exponent', 'currency_code') }} as expected_text,
        {{ money_text('recorded_amount_minor', 'exponent', 'currency_code') }} as recorded_text,
        case
            when residual_amount_minor <> 0
                then {{ money_text('residual_amount_minor', 'exponent', 'currency_code') }}
        end as residual_text,
        {{ money_text('abs(expected_amount_minor)', 'exponent', 'currency_code') }}
            as expected_size_text,
        {{ money_text('abs(recorded_amount_minor)', 'exponent', 'currency_code') }}
            as recorded_size_text,
        {{ money_text('abs(residual_amount_minor)', 'exponent', 'currency_code') }}
            as residual_size_text,
        case
            when expected_amount_minor <> 0 and recorded_amount_minor <> 0
                then {{ money_text(
                    round_ratio(
                        'abs(residual_amount_minor)', '10000', 'abs(expected_amount_minor)'
                    ), '2', "'%'"
                ) }}
        end as residual_percent_text,
        case
            when transaction_currency_code <> currency_code
                then {{ money_text(
                    'transaction_amount_minor', 'transaction_exponent', 'transaction_currency_code'
                ) }}
        end as transaction_text,
        {{ money_text(
            'abs(case when expected_item_id is null then recorded_amount_minor
            else expected_amount_minor end)', 'exponent', 'currency_code'
        ) }} as size_text,
        cast(coalesce(expected_date, recorded_date) as {{ dbt.type_string() }})
            as document_date_text,
        cast(expected_date as {{ dbt.type_string() }}) as expected_date_text,
        cast(recorded_date as {{ dbt.type_string() }}) as recorded_date_text,
        cast(due_date as {{ dbt.type_string() }}) as due_date_text,
        case
            when days_late <> 0
                then cast(abs(days_late) as {{ dbt.type_string() }})
                    || case when abs(days_late) = 1 then ' day ' else ' days ' end
                    || case when days_late > 0 then 'later' else 'earlier' end
        end as days_apart_text,
        case
            when expected_customer_id <> recorded_customer_id
                then 'customer expected ' || expected_customer_id
                    || ', recorded ' || recorded_customer_id
        end as customers_text
    from named
)

select * from break_words
