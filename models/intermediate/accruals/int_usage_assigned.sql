-- grain: one row per usage_record_id
with

credit_meters as (
    select distinct
        entity_id,
        customer_id,
        meter_product_id
    from {{ ref('int_credit_purchases') }}
),

-- Usage that draws on credits bought before is earned there, and is nobody's receivable.
usage_records as (
    select records.*
    from {{ ref('int_usage_records') }} as records
    left join credit_meters
        on
            records.entity_id = credit_meters.entity_id
            and records.customer_id = credit_meters.customer_id
            and credit_meters.meter_product_id in (coalesce(records.product_id, ''), '')
    where credit_meters.entity_id is null
),

usage_periods as (
    select * from {{ ref('int_usage_periods_priced') }}
),

grace_periods as (
    select * from {{ ref('usage_grace') }}
),

candidates as (
    select
        usage_records.usage_record_id,
        usage_periods.usage_period_id,
        usage_periods.product_id,
        usage_periods.booked_at,
        usage_records.customer_id,
        usage_records.quantity_millionths,
        usage_records.occurred_at,
        usage_records.occurred_date,
        usage_records.recorded_at,
        -- Invoices may overlap: the period that began last has the record, and no other.
        row_number() over (
            partition by usage_records.usage_record_id
            order by usage_periods.period_start_at desc nulls last
        ) as period_rank
    from usage_records
    inner join usage_periods
        on
            usage_records.subscription_item_id = usage_periods.subscription_item_id
            and usage_records.occurred_at
            >= coalesce(usage_periods.period_start_at, usage_records.occurred_at)
            and (
                usage_periods.period_end_at is null
                or usage_records.occurred_at < usage_periods.period_end_at
            )
),

-- What the meter reports after the invoice and its grace can no longer be on that invoice.
usage_assigned as (
    select
        candidates.usage_record_id,
        candidates.usage_period_id,
        candidates.customer_id,
        candidates.quantity_millionths,
        candidates.occurred_at,
        candidates.occurred_date,
        coalesce(
            candidates.recorded_at > {{ dbt.dateadd(
                'minute',
                'coalesce(own_grace.grace_minutes, common_grace.grace_minutes, 0)',
                'candidates.booked_at'
            ) }},
            false
        ) as is_late
    from candidates
    left join grace_periods as own_grace
        on candidates.product_id = own_grace.product_id
    left join grace_periods as common_grace
        on common_grace.product_id is null
    where candidates.period_rank = 1
)

select * from usage_assigned
