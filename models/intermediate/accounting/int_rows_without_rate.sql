-- grain: one row per source_name, source_table, entity_id, source_record_id
with

entities as (
    select * from {{ ref('int_entities') }}
),

factors as (
    select * from {{ ref('int_conversion_factors') }}
),

-- What cannot be valued in the books: nobody assumes a rate of 1.0.
dated_rows as (
    select
        source_name,
        source_table,
        entity_id,
        source_record_id,
        currency_code,
        total_amount_minor as amount_minor,
        issued_date as rate_date,
        recorded_at
    from {{ ref('int_invoices') }}
    where issued_date is not null
    union all
    select
        source_name,
        source_table,
        entity_id,
        source_record_id,
        currency_code,
        gross_amount_minor as amount_minor,
        occurred_date as rate_date,
        recorded_at
    from {{ ref('int_processor_transactions') }}
    union all
    select
        source_name,
        source_table,
        entity_id,
        source_record_id,
        currency_code,
        amount_minor,
        created_date as rate_date,
        recorded_at
    from {{ ref('int_payouts') }}
    union all
    select
        source_name,
        source_table,
        entity_id,
        source_record_id,
        currency_code,
        amount_minor,
        changed_date as rate_date,
        recorded_at
    from {{ ref('int_customer_balance_changes') }}
    union all
    select
        source_name,
        source_table,
        entity_id,
        source_record_id,
        currency_code,
        amount_minor,
        paid_date as rate_date,
        recorded_at
    from {{ ref('int_payments') }}
    where is_out_of_band
    union all
    select
        bank_lines.source_name,
        bank_lines.source_table,
        bank_lines.entity_id,
        bank_lines.source_record_id,
        bank_lines.currency_code,
        bank_lines.amount_minor,
        bank_lines.posted_date as rate_date,
        bank_lines.recorded_at
    from {{ ref('int_bank_lines') }} as bank_lines
    inner join {{ ref('int_bank_line_classes') }} as bank_line_classes
        on bank_lines.bank_line_id = bank_line_classes.bank_line_id
    where bank_line_classes.event_type is not null
),

rows_without_rate as (
    select
        dated_rows.source_name,
        dated_rows.source_table,
        dated_rows.entity_id,
        dated_rows.source_record_id,
        cast(null as {{ dbt.type_string() }}) as source_relation,
        1 as version_number,
        dated_rows.currency_code,
        max(dated_rows.amount_minor) as amount_minor,
        min(dated_rows.rate_date) as rate_date,
        min(dated_rows.recorded_at) as recorded_at,
        'missing_rate' as reason
    from dated_rows
    inner join entities
        on dated_rows.entity_id = entities.entity_id
    left join factors
        on
            dated_rows.currency_code = factors.from_currency_code
            and entities.functional_currency_code = factors.to_currency_code
            and dated_rows.rate_date = factors.rate_date
    where factors.rate_date is null
    group by
        dated_rows.source_name,
        dated_rows.source_table,
        dated_rows.entity_id,
        dated_rows.source_record_id,
        dated_rows.currency_code
)

select * from rows_without_rate
