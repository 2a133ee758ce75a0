-- grain: one row per entity_id, month_start, processor_name, event_type, finding, currency_pair
with

movements as (
    select
        *,
        cast({{ dbt.date_trunc('month', 'movement_date') }} as date) as month_start,
        coalesce(billing_currency_code, '-') || '/' || coalesce(presentment_currency_code, '-')
            as currency_pair
    from {{ ref('rpt_billing_to_processor') }}
),

-- Sizes are summed as well: an amount too much and one too little do not make two right ones.
billing_to_processor_summary as (
    select
        entity_id,
        month_start,
        processor_name,
        event_type,
        finding,
        currency_pair,
        is_error,
        cast(count(*) as bigint) as movement_count,
        min(currency_code) as currency_code,
        cast(sum(billing_amount) as numeric(28, 4)) as billing_amount,
        cast(sum(abs(billing_amount)) as numeric(28, 4)) as billing_gross_amount,
        min(presentment_currency_code) as presentment_currency_code,
        cast(sum(presentment_amount) as numeric(28, 4)) as presentment_amount,
        cast(sum(abs(presentment_amount)) as numeric(28, 4)) as presentment_gross_amount,
        cast(sum(difference_amount) as numeric(28, 4)) as difference_amount,
        cast(sum(abs(difference_amount)) as numeric(28, 4)) as difference_gross_amount
    from movements
    group by
        entity_id,
        month_start,
        processor_name,
        event_type,
        finding,
        currency_pair,
        is_error
)

select * from billing_to_processor_summary
