-- Invariant: fees of all balance transactions, in a column or a row of their own, are the expense.
-- Grain: entity, source, currency, month.
-- A row: a month in which the fee accounts were charged more or less than the processor took.
-- Then: list the month's processor transactions with a fee beside the fee entries.
with

-- What has no exchange rate is quarantined and not booked.
taken as (
    select
        moved.entity_id,
        moved.source_name,
        moved.currency_code,
        cast({{ dbt.date_trunc('month', 'moved.occurred_date') }} as date) as month_start,
        sum(moved.fee_amount_minor) as fee_column_minor,
        sum(case when moved.kind = 'fee' then -moved.gross_amount_minor else 0 end)
            as fee_rows_minor
    from {{ ref('int_processor_transactions') }} as moved
    inner join {{ ref('int_entities') }} as entities
        on moved.entity_id = entities.entity_id
    inner join {{ ref('int_conversion_factors') }} as factors
        on
            moved.currency_code = factors.from_currency_code
            and entities.functional_currency_code = factors.to_currency_code
            and moved.occurred_date = factors.rate_date
    group by
        moved.entity_id,
        moved.source_name,
        moved.currency_code,
        cast({{ dbt.date_trunc('month', 'moved.occurred_date') }} as date)
),

charged as (
    select
        entity_id,
        source_name,
        currency_code,
        cast({{ dbt.date_trunc('month', 'entry_date') }} as date) as month_start,
        sum(amount_minor) as expense_minor
    from {{ ref('int_expected_entries') }}
    where account_role in ('processing_fees', 'dispute_fees') and event_type <> 'opening_balance'
    group by
        entity_id,
        source_name,
        currency_code,
        cast({{ dbt.date_trunc('month', 'entry_date') }} as date)
),

compared as (
    select
        coalesce(taken.entity_id, charged.entity_id) as entity_id,
        coalesce(taken.source_name, charged.source_name) as source_name,
        coalesce(taken.currency_code, charged.currency_code) as currency_code,
        coalesce(taken.month_start, charged.month_start) as month_start,
        coalesce(taken.fee_column_minor, 0) + coalesce(taken.fee_rows_minor, 0) as taken_minor,
        coalesce(charged.expense_minor, 0) as expense_minor
    from taken
    full outer join charged
        on
            taken.entity_id = charged.entity_id
            and taken.source_name = charged.source_name
            and taken.currency_code = charged.currency_code
            and taken.month_start = charged.month_start
)

select * from compared
where taken_minor <> expense_minor
