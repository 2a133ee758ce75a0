-- grain: one row per obligation_id, drawn_date
with

credit_purchases as (
    select * from {{ ref('int_credit_purchases') }}
),

usage_days as (
    select * from {{ ref('int_credit_timeline') }}
    where is_usage
),

credit_phases as (
    select * from {{ ref('int_credit_phases') }}
),

-- Of all credits ever bought, in order, a day takes those between two marks.
marks as (
    select
        usage_days.entity_id,
        usage_days.customer_id,
        usage_days.meter_product_id,
        usage_days.event_date as drawn_date,
        least(
            credit_phases.bought_to_date_millionths,
            credit_phases.gone_before_millionths
            + usage_days.used_before_millionths - credit_phases.used_before_millionths
        ) as drawn_from_millionths,
        least(
            credit_phases.bought_to_date_millionths,
            credit_phases.gone_before_millionths
            + usage_days.used_to_date_millionths - credit_phases.used_before_millionths
        ) as drawn_to_millionths
    from usage_days
    inner join credit_phases
        on
            usage_days.entity_id = credit_phases.entity_id
            and usage_days.customer_id = credit_phases.customer_id
            and usage_days.meter_product_id = credit_phases.meter_product_id
            and usage_days.phase_number = credit_phases.phase_number
),

draws as (
    select
        credit_purchases.invoice_line_id as obligation_id,
        marks.drawn_date,
        least(
            marks.drawn_to_millionths - credit_purchases.bought_before_millionths,
            credit_purchases.quantity_millionths,
            credit_purchases.expected_use_millionths
        ) as served_units,
        credit_purchases.expected_use_millionths as total_units
    from marks
    inner join credit_purchases
        on
            marks.entity_id = credit_purchases.entity_id
            and marks.customer_id = credit_purchases.customer_id
            and marks.meter_product_id = credit_purchases.meter_product_id
            and marks.drawn_from_millionths < credit_purchases.bought_to_date_millionths
            and marks.drawn_to_millionths > credit_purchases.bought_before_millionths
            and marks.drawn_to_millionths > marks.drawn_from_millionths
            and credit_purchases.quantity_millionths > 0
),

-- On the day of expiry nothing more is owed, used or not.
steps as (
    select
        obligation_id,
        drawn_date,
        served_units,
        total_units
    from draws
    union all
    select
        invoice_line_id as obligation_id,
        expiry_date as drawn_date,
        expected_use_millionths as served_units,
        expected_use_millionths as total_units
    from credit_purchases
),

credit_drawdowns as (
    select
        obligation_id,
        drawn_date,
        cast(served_units as bigint) as served_units,
        cast(total_units as bigint) as total_units
    from steps
)

select * from credit_drawdowns
