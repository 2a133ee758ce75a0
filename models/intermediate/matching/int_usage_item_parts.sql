-- grain: one row per item_id, source_name, source_table, source_record_id
with

usage_dues as (
    select * from {{ ref('int_usage_dues') }}
),

usage_agreements as (
    select * from {{ ref('int_usage_agreements') }}
),

agreement_lines as (
    select * from {{ ref('int_agreement_lines') }}
),

invoiced_months as (
    select * from {{ ref('int_invoiced_months') }}
    where mapping_class <> 'excluded' and not is_ahead
),

quantity_rows as (
    select * from {{ ref('int_quantity_rows') }}
),

agreement_parts as (
    select
        usage_dues.chain_id,
        agreement_lines.source_name,
        agreement_lines.source_record_id,
        usage_agreements.currency_code,
        usage_agreements.rated_amount_minor as amount_minor
    from usage_agreements
    inner join agreement_lines
        on usage_agreements.agreement_line_id = agreement_lines.agreement_line_id
    inner join usage_dues
        on
            usage_agreements.entity_id = usage_dues.entity_id
            and usage_agreements.client_key = usage_dues.client_key
            and usage_agreements.service_key = usage_dues.service_key
            and usage_agreements.period_start_date = usage_dues.period_start_date
            and usage_agreements.currency_code = usage_dues.currency_code
    where usage_dues.amount_minor <> 0
),

rated as (
    select
        chain_id,
        sum(amount_minor) as amount_minor
    from agreement_parts
    group by chain_id
),

-- What a context class takes off is taken off the agreement that names the item.
all_parts as (
    select
        'usage:expected:' || chain_id as item_id,
        source_name,
        'agreement_line' as source_table,
        source_record_id,
        currency_code,
        amount_minor
    from agreement_parts
    union all
    select
        'usage:expected:' || usage_dues.chain_id as item_id,
        usage_dues.source_name,
        usage_dues.source_table,
        usage_dues.source_record_id,
        usage_dues.currency_code,
        usage_dues.amount_minor - coalesce(rated.amount_minor, 0) as amount_minor
    from usage_dues
    left join rated
        on usage_dues.chain_id = rated.chain_id
    where usage_dues.amount_minor <> 0
    union all
    select
        'usage:recorded:' || usage_dues.chain_id as item_id,
        quantity_rows.source_name,
        quantity_rows.source_table,
        quantity_rows.source_record_id,
        invoiced_months.currency_code,
        invoiced_months.amount_minor - invoiced_months.credited_amount_minor
            as amount_minor
    from invoiced_months
    inner join quantity_rows
        on invoiced_months.quantity_row_id = quantity_rows.quantity_row_id
    inner join usage_dues
        on
            invoiced_months.entity_id = usage_dues.entity_id
            and invoiced_months.client_key = usage_dues.client_key
            and invoiced_months.service_key = usage_dues.service_key
            and invoiced_months.period_start_date = usage_dues.period_start_date
            and invoiced_months.currency_code = usage_dues.currency_code
),

usage_item_parts as (
    select
        item_id,
        source_name,
        source_table,
        source_record_id,
        currency_code,
        cast(sum(amount_minor) as {{ dbt.type_bigint() }}) as amount_minor
    from all_parts
    group by item_id, source_name, source_table, source_record_id, currency_code
)

select * from usage_item_parts
