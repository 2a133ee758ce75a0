-- grain: one row per agreement_line_id, period_start_date
with

agreement_periods as (
    select * from {{ ref('int_agreement_periods') }}
),

agreement_lines as (
    select * from {{ ref('int_agreement_lines') }}
),

counted_usage as (
    select * from {{ ref('int_counted_usage') }}
),

metered_usage as (
    select * from {{ ref('int_metered_usage') }}
),

described as (
    select
        agreement_periods.agreement_line_id,
        agreement_periods.period_start_date,
        agreement_periods.active_days,
        agreement_periods.days_in_period,
        agreement_lines.quantity_basis,
        agreement_lines.committed_quantity_millionths,
        (agreement_lines.proration = 'daily') as is_prorated,
        (
            agreement_lines.quantity_basis = 'vendor_count'
            and agreement_lines.count_measure = 'daily_average'
        ) as is_average,
        (
            agreement_lines.quantity_basis = 'metered'
            or agreement_lines.count_measure = 'daily_average'
        ) and agreement_lines.quantity_basis <> 'committed' as adds_up,
        greatest(1, agreement_periods.elapsed_days) as elapsed_days
    from agreement_periods
    inner join agreement_lines
        on agreement_periods.agreement_line_id = agreement_lines.agreement_line_id
),

-- A quantity is a fraction until it is rated: `parts` of a millionth, quantity_divisor of which make
-- one. A standing quantity is that of a whole month, and its charge is cut to charged_days /
-- charge_divisor. A sum over days or events is cut by itself; what a month grants or asks for in units is
-- cut to allowance_parts / quantity_divisor. Fixed amounts are cut to fixed_parts of both divisors.
measured_usage as (
    select
        described.agreement_line_id,
        described.period_start_date,
        described.quantity_basis,
        described.committed_quantity_millionths,
        case described.quantity_basis
            when 'committed' then described.committed_quantity_millionths
            when 'vendor_count' then counted_usage.billable_millionths
            when 'metered' then coalesce(metered_usage.metered_millionths, 0)
        end as summed_millionths,
        coalesce(metered_usage.late_millionths, 0) as late_millionths,
        coalesce(metered_usage.corrections_millionths, 0) as corrections_millionths,
        coalesce(counted_usage.temporary_millionths, 0) as temporary_millionths,
        coalesce(counted_usage.trial_millionths, 0) as trial_millionths,
        coalesce(counted_usage.internal_millionths, 0) as internal_millionths,
        coalesce(counted_usage.cancelled_millionths, 0) as cancelled_millionths,
        coalesce(counted_usage.inactive_millionths, 0) as inactive_millionths,
        case
            when described.quantity_basis = 'vendor_count'
                then described.elapsed_days - coalesce(counted_usage.counted_days, 0)
        end as uncounted_days,
        described.elapsed_days,
        case
            when described.quantity_basis = 'vendor_count'
                then
                    coalesce(counted_usage.estimated_days, 0) > 0
                    or coalesce(counted_usage.counted_days, 0) < described.elapsed_days
            else coalesce(metered_usage.is_estimated, false)
        end as is_estimated,
        case
            when not described.adds_up then 1
            when described.is_prorated then described.days_in_period
            when described.is_average then described.elapsed_days
            else 1
        end as quantity_divisor,
        case
            when described.is_average or not described.adds_up then 1
            when described.is_prorated then described.days_in_period
            else 1
        end as parts_of_sum,
        case
            when not described.adds_up then 1
            when described.is_prorated then described.active_days
            when described.is_average then described.elapsed_days
            else 1
        end as allowance_parts,
        case
            when described.is_prorated and not described.adds_up then described.active_days else 1
        end as charged_days,
        case
            when described.is_prorated and not described.adds_up then described.days_in_period
            else 1
        end as charge_divisor,
        case
            when described.is_prorated then described.active_days
            when described.is_average then described.elapsed_days
            else 1
        end as fixed_parts
    from described
    left join counted_usage
        on
            described.agreement_line_id = counted_usage.agreement_line_id
            and described.period_start_date = counted_usage.period_start_date
    left join metered_usage
        on
            described.agreement_line_id = metered_usage.agreement_line_id
            and described.period_start_date = metered_usage.period_start_date
)

select * from measured_usage
