-- grain: one row per adjustment_id
with

posting_changes as (
    select * from {{ ref('int_posting_changes') }}
),

period_corrections as (
    select * from {{ ref('int_period_corrections') }}
),

-- A closed period shows what it was closed with in the place of what its documents say now: debits
-- and credits apart, the amount in its own currency on the first of the two rows.
closed_debits as (
    select
        'closed:debit:' || posting_key as adjustment_id,
        *,
        frozen_amount_minor as amount_minor,
        frozen_debit_minor as functional_amount_minor
    from posting_changes
    where has_frozen and frozen_debit_minor <> 0
),

closed_credits as (
    select
        'closed:credit:' || posting_key as adjustment_id,
        *,
        case when frozen_debit_minor = 0 then frozen_amount_minor else 0 end as amount_minor,
        -frozen_credit_minor as functional_amount_minor
    from posting_changes
    where has_frozen and (frozen_credit_minor <> 0 or frozen_debit_minor = 0)
),

-- An open period, or a later closed one, shows the difference.
posting_adjustments as (
    select
        adjustment_id,
        entity_id,
        side,
        source_name,
        event_type,
        document_reference,
        account_role,
        currency_code,
        original_date as entry_date,
        amount_minor,
        functional_amount_minor,
        source_table,
        source_record_id,
        quoted_text,
        cast(null as {{ dbt.type_string() }}) as original_period,
        cast(null as date) as original_date,
        cast(null as {{ dbt.type_string() }}) as posted_period,
        cast(null as {{ dbt.type_string() }}) as correction_cause
    from closed_debits
    union all
    select
        adjustment_id,
        entity_id,
        side,
        source_name,
        event_type,
        document_reference,
        account_role,
        currency_code,
        original_date as entry_date,
        amount_minor,
        functional_amount_minor,
        source_table,
        source_record_id,
        quoted_text,
        cast(null as {{ dbt.type_string() }}) as original_period,
        cast(null as date) as original_date,
        cast(null as {{ dbt.type_string() }}) as posted_period,
        cast(null as {{ dbt.type_string() }}) as correction_cause
    from closed_credits
    union all
    select
        'correction:' || posted_period || ':' || posting_key as adjustment_id,
        entity_id,
        side,
        source_name,
        event_type,
        document_reference,
        account_role,
        currency_code,
        posted_date as entry_date,
        amount_minor,
        functional_amount_minor,
        source_table,
        source_record_id,
        quoted_text,
        original_period,
        original_date,
        posted_period,
        cause as correction_cause
    from period_corrections
)

select * from posting_adjustments
