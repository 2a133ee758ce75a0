-- grain: one row per agreement_line_id, period_start_date
with

agreement_periods as (
    select * from {{ ref('int_agreement_periods') }}
),

agreement_lines as (
    select * from {{ ref('int_agreement_lines') }}
),

measured_usage as (
    select * from {{ ref('int_measured_usage') }}
),

rated_amounts as (
    select * from {{ ref('int_rated_amounts') }}
),

unit_costs as (
    select * from {{ ref('int_unit_costs') }}
),

-- Quantities are rounded here for readers: the amounts come from the fractions.
rated_usage as (
    select
        agreement_periods.agreement_line_id,
        agreement_periods.period_start_date,
        agreement_periods.period_end_date,
        agreement_lines.agreement_id,
        agreement_periods.entity_id,
        agreement_periods.client_id,
        agreement_periods.service_id,
        agreement_lines.currency_code,
        agreement_lines.quantity_basis as basis,
        agreement_lines.pricing_model,
        agreement_lines.agreement_kind,
        agreement_lines.billing_timing,
        agreement_lines.bundled_in_service_id,
        agreement_periods.active_from,
        agreement_periods.active_to,
        agreement_periods.active_days,
        agreement_periods.days_in_period,
        agreement_periods.is_complete,
        {{ round_ratio(
            'measured_usage.summed_millionths', 'measured_usage.parts_of_sum',
            'measured_usage.quantity_divisor'
        ) }} as measured_quantity_millionths,
        measured_usage.late_millionths as late_quantity_millionths,
        measured_usage.corrections_millionths as corrections_quantity_millionths,
        {{ round_ratio(
            'measured_usage.temporary_millionths', 'measured_usage.parts_of_sum',
            'measured_usage.quantity_divisor'
        ) }} as temporary_quantity_millionths,
        {{ round_ratio(
            'measured_usage.trial_millionths', 'measured_usage.parts_of_sum',
            'measured_usage.quantity_divisor'
        ) }} as trial_quantity_millionths,
        {{ round_ratio(
            'measured_usage.internal_millionths', 'measured_usage.parts_of_sum',
            'measured_usage.quantity_divisor'
        ) }} as internal_quantity_millionths,
        {{ round_ratio(
            'measured_usage.cancelled_millionths', 'measured_usage.parts_of_sum',
            'measured_usage.quantity_divisor'
        ) }} as cancelled_quantity_millionths,
        {{ round_ratio(
            'measured_usage.inactive_millionths', 'measured_usage.parts_of_sum',
            'measured_usage.quantity_divisor'
        ) }} as inactive_quantity_millionths,
        in_time.billable_quantity_millionths,
        in_time.rated_amount_minor,
        in_time.minimum_applied_minor,
        in_time.total_amount_minor,
        coalesce(with_late.billable_quantity_millionths, in_time.billable_quantity_millionths)
        - in_time.billable_quantity_millionths as late_billable_millionths,
        coalesce(with_late.total_amount_minor, in_time.total_amount_minor)
        - in_time.total_amount_minor as late_amount_minor,
        in_time.unit_price,
        agreement_lines.package_size_millionths,
        unit_costs.unit_cost,
        unit_costs.cost_source,
        unit_costs.cost_vendor_name,
        measured_usage.uncounted_days,
        measured_usage.is_estimated,
        in_time.not_rated_reason
    from agreement_periods
    inner join agreement_lines
        on agreement_periods.agreement_line_id = agreement_lines.agreement_line_id
    inner join measured_usage
        on
            agreement_periods.agreement_line_id = measured_usage.agreement_line_id
            and agreement_periods.period_start_date = measured_usage.period_start_date
    inner join rated_amounts as in_time
        on
            agreement_periods.agreement_line_id = in_time.agreement_line_id
            and agreement_periods.period_start_date = in_time.period_start_date
            and in_time.usage_scope = 'in_time'
    left join rated_amounts as with_late
        on
            agreement_periods.agreement_line_id = with_late.agreement_line_id
            and agreement_periods.period_start_date = with_late.period_start_date
            and with_late.usage_scope = 'with_late'
    left join unit_costs
        on
            agreement_periods.agreement_line_id = unit_costs.agreement_line_id
            and agreement_periods.period_start_date = unit_costs.period_start_date
)

select * from rated_usage
