-- grain: one row per posting_key
with

current_postings as (
    select * from {{ ref('int_current_postings') }}
),

frozen_postings as (
    select * from {{ ref('int_frozen_postings') }}
),

figures as (
    select
        posting_key,
        entity_id,
        side,
        source_name,
        event_type,
        document_reference,
        account_role,
        currency_code,
        entry_date as original_date,
        period as original_period,
        source_table,
        source_record_id,
        quoted_text,
        'current' as figure,
        amount_minor,
        debit_minor,
        credit_minor
    from current_postings
    union all
    select
        posting_key,
        entity_id,
        side,
        source_name,
        event_type,
        document_reference,
        account_role,
        currency_code,
        original_date,
        original_period,
        source_table,
        source_record_id,
        quoted_text,
        case when is_correction then 'corrected' else 'frozen' end as figure,
        amount_minor,
        debit_minor,
        credit_minor
    from frozen_postings
),

side_by_side as (
    select
        posting_key,
        entity_id,
        side,
        source_name,
        event_type,
        document_reference,
        account_role,
        currency_code,
        original_date,
        original_period,
        max(source_table) as source_table,
        max(source_record_id) as source_record_id,
        max(quoted_text) as quoted_text,
        max(case when figure = 'current' then 1 else 0 end) = 1 as has_current,
        max(case when figure = 'frozen' then 1 else 0 end) = 1 as has_frozen,
        sum(case when figure = 'current' then amount_minor else 0 end) as current_amount_minor,
        sum(case when figure = 'current' then debit_minor else 0 end) as current_debit_minor,
        sum(case when figure = 'current' then credit_minor else 0 end) as current_credit_minor,
        sum(case when figure = 'frozen' then amount_minor else 0 end) as frozen_amount_minor,
        sum(case when figure = 'frozen' then debit_minor else 0 end) as frozen_debit_minor,
        sum(case when figure = 'frozen' then credit_minor else 0 end) as frozen_credit_minor,
        sum(case when figure = 'current' then amount_minor else -amount_minor end)
            as needed_amount_minor,
        sum(
            case when figure = 'current' then 1 else -1 end * (debit_minor - credit_minor)
        ) as needed_functional_amount_minor
    from figures
    group by
        posting_key,
        entity_id,
        side,
        source_name,
        event_type,
        document_reference,
        account_role,
        currency_code,
        original_date,
        original_period
),

-- A key that still stands as it was closed, and is owed nothing, is no change.
posting_changes as (
    select
        *,
        {{ dbt.concat([
            'entity_id', "':'", 'side', "':'", 'source_name', "':'", 'event_type', "':'",
            "coalesce(document_reference, '')"
        ]) }} as document_key
    from side_by_side
    where
        current_amount_minor <> frozen_amount_minor
        or current_debit_minor <> frozen_debit_minor
        or current_credit_minor <> frozen_credit_minor
        or needed_amount_minor <> 0
        or needed_functional_amount_minor <> 0
)

select * from posting_changes
