-- grain: one row per accrual_id
with

variable_consideration as (
    select * from {{ ref('variable_consideration') }}
),

invoice_lines as (
    select * from {{ ref('int_invoice_lines') }}
),

invoice_bookings as (
    select * from {{ ref('int_invoice_bookings') }}
),

numbered as (
    select
        *,
        coalesce(nullif(entity_id, ''), 'main') as entity_key,
        row_number() over (partition by estimate_id order by effective_from) as row_rank
    from variable_consideration
),

-- Re-estimates change the amount; what is estimated is said by the first row and stays.
estimates as (
    select
        estimate_id,
        entity_key as entity_id,
        customer_id,
        subscription_id,
        product_id,
        currency_code,
        service_start_date,
        service_end_date,
        effective_from
    from numbered
    where row_rank = 1
),

actuals as (
    select
        estimates.estimate_id,
        invoice_bookings.invoice_id,
        invoice_bookings.booked_date,
        row_number() over (
            partition by estimates.estimate_id
            order by invoice_bookings.booked_at asc, invoice_lines.invoice_line_id asc
        ) as line_rank
    from estimates
    inner join invoice_lines
        on
            estimates.entity_id = invoice_lines.entity_id
            and estimates.customer_id = invoice_lines.customer_id
            and estimates.service_start_date = invoice_lines.service_start_date
            and coalesce(estimates.product_id, invoice_lines.product_id, '')
            = coalesce(invoice_lines.product_id, '')
            and coalesce(estimates.subscription_id, invoice_lines.subscription_id, '')
            = coalesce(invoice_lines.subscription_id, '')
    inner join invoice_bookings
        on invoice_lines.invoice_id = invoice_bookings.invoice_id
),

estimate_accruals as (
    select
        'in_force' as scenario,
        {{ dbt.concat(["'estimate:'", 'estimates.estimate_id']) }} as accrual_id,
        'estimate' as accrual_kind,
        estimates.estimate_id as origin_id,
        estimates.entity_id,
        'policy' as source_name,
        'variable_consideration' as source_table,
        estimates.estimate_id as source_record_id,
        estimates.customer_id,
        estimates.subscription_id,
        estimates.product_id,
        estimates.subscription_id as contract_id,
        actuals.invoice_id,
        estimates.currency_code,
        case
            when estimates.service_end_date > estimates.service_start_date then 'daily'
            else 'at_service_start'
        end as convention,
        estimates.service_start_date,
        0 as service_start_second,
        estimates.service_end_date,
        0 as service_end_second,
        greatest(estimates.service_start_date, estimates.effective_from) as first_date,
        actuals.booked_date as replaced_date,
        cast(null as bigint) as full_amount_minor,
        cast(null as bigint) as multiplier,
        cast(null as bigint) as divisor
    from estimates
    left join actuals
        on
            estimates.estimate_id = actuals.estimate_id
            and actuals.line_rank = 1
)

select * from estimate_accruals
