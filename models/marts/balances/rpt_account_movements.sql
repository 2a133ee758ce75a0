-- grain: one row per entity_id, account_role, currency_code, month_start, event_type, source_name
with

entries as (
    select * from {{ ref('int_expected_entries') }}
),

reporting_months as (
    select * from {{ ref('int_reporting_months') }}
),

moved as (
    select
        entries.entity_id,
        entries.account_role,
        entries.event_type,
        entries.source_name,
        reporting_months.functional_currency_code,
        reporting_months.functional_exponent,
        reporting_months.month_start,
        reporting_months.month_end,
        sum(greatest(entries.functional_amount_minor, 0)) as debit_minor,
        sum(greatest(-entries.functional_amount_minor, 0)) as credit_minor,
        sum(entries.functional_amount_minor) as movement_minor,
        count(*) as entry_count
    from entries
    inner join reporting_months
        on
            entries.entity_id = reporting_months.entity_id
            and cast({{ dbt.date_trunc('month', 'entries.entry_date') }} as date)
            = reporting_months.month_start
            and entries.entry_date <= reporting_months.as_of_date
    group by
        entries.entity_id,
        entries.account_role,
        entries.event_type,
        entries.source_name,
        reporting_months.functional_currency_code,
        reporting_months.functional_exponent,
        reporting_months.month_start,
        reporting_months.month_end
),

account_movements as (
    select
        entity_id,
        account_role,
        functional_currency_code as currency_code,
        month_start,
        month_end,
        event_type,
        source_name,
        {{ major_units('debit_minor', 'functional_exponent') }} as debit_amount,
        {{ major_units('credit_minor', 'functional_exponent') }} as credit_amount,
        {{ major_units('movement_minor', 'functional_exponent') }} as movement_amount,
        cast(entry_count as bigint) as entry_count
    from moved
)

select * from account_movements
