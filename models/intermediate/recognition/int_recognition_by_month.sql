-- grain: one row per obligation_id, month_start
with

obligations as (
    select * from {{ ref('int_obligations') }}
),

recognition_schedule as (
    select * from {{ ref('int_recognition_schedule') }}
    where scenario = 'in_force'
),

-- Revenue to date is what is earned net of reductions plus the contra posted so far. Only these
-- cumulative amounts are rounded, so the differences of neighbours sum to the line exactly.
with_month_before as (
    select
        obligation_id,
        month_start,
        month_end,
        deferred_minor,
        earned_to_date_minor,
        contra_to_date_minor,
        deferred_functional_minor,
        earned_functional_to_date_minor,
        contra_functional_to_date_minor,
        lag(earned_to_date_minor, 1, 0) over (
            partition by obligation_id order by month_start
        ) as earned_before_minor,
        lag(contra_to_date_minor, 1, 0) over (
            partition by obligation_id order by month_start
        ) as contra_before_minor,
        lag(earned_functional_to_date_minor, 1, 0) over (
            partition by obligation_id order by month_start
        ) as earned_functional_before_minor,
        lag(contra_functional_to_date_minor, 1, 0) over (
            partition by obligation_id order by month_start
        ) as contra_functional_before_minor
    from recognition_schedule
),

recognition_by_month as (
    select
        obligations.obligation_id,
        obligations.entity_id,
        obligations.source_name,
        obligations.source_table,
        obligations.source_record_id,
        obligations.invoice_id,
        obligations.document_reference,
        obligations.customer_id,
        obligations.subscription_id,
        obligations.product_id,
        obligations.currency_code,
        obligations.functional_currency_code,
        obligations.booked_month,
        with_month_before.month_start,
        with_month_before.month_end,
        with_month_before.month_end > obligations.as_of_date as is_forecast,
        with_month_before.earned_to_date_minor - with_month_before.earned_before_minor
        + with_month_before.contra_to_date_minor - with_month_before.contra_before_minor
            as recognised_amount_minor,
        with_month_before.contra_to_date_minor - with_month_before.contra_before_minor
            as contra_amount_minor,
        with_month_before.deferred_minor as deferred_amount_minor,
        with_month_before.earned_functional_to_date_minor
        - with_month_before.earned_functional_before_minor
        + with_month_before.contra_functional_to_date_minor
        - with_month_before.contra_functional_before_minor
            as recognised_functional_amount_minor,
        with_month_before.contra_functional_to_date_minor
        - with_month_before.contra_functional_before_minor as contra_functional_amount_minor,
        with_month_before.deferred_functional_minor as deferred_functional_amount_minor
    from with_month_before
    inner join obligations
        on with_month_before.obligation_id = obligations.obligation_id
)

select * from recognition_by_month
