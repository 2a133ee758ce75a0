-- grain: one row per entity_id, client_key, service_key, period_start_date, currency_code
with

usage_agreements as (
    select * from {{ ref('int_usage_agreements') }}
),

usage_invoiced as (
    select * from {{ ref('int_usage_invoiced') }}
),

-- What is agreed is weighed by the days of each version, as counts are averaged over the days. Plain
-- is what quantity times price explains: one price for each unit, the whole month, nothing included
-- and no minimum. Every other difference has no price of its own for each unit.
summed as (
    select
        entity_id,
        client_key,
        service_key,
        period_start_date,
        currency_code,
        cast(count(*) as {{ dbt.type_bigint() }}) as agreement_count,
        min(agreement_line_id) as agreement_line_id,
        max(basis) as basis,
        max(count_measure) as count_measure,
        max(billing_timing) as billing_timing,
        max(context_class) as agreement_class,
        min(case when is_waived then 1 else 0 end) = 1 as is_waived,
        {{ round_ratio(
            'sum(' ~ wide_integer('committed_quantity_millionths') ~ ' * active_days)',
            '1',
            'max(days_in_period)'
        ) }} as agreed_quantity_millionths,
        sum(active_days) >= max(days_in_period) as is_whole_month,
        cast(sum(measured_quantity_millionths) as {{ dbt.type_bigint() }})
            as measured_quantity_millionths,
        cast(sum(late_billable_millionths) as {{ dbt.type_bigint() }}) as late_billable_millionths,
        cast(sum(late_amount_minor) as {{ dbt.type_bigint() }}) as late_amount_minor,
        cast(sum(billable_quantity_millionths) as {{ dbt.type_bigint() }})
            as billable_quantity_millionths,
        cast(sum(rated_amount_minor) as {{ dbt.type_bigint() }}) as rated_amount_minor,
        case when min(unit_price) = max(unit_price) then min(unit_price) end as unit_price,
        max(unit_cost) as unit_cost,
        min(case
            when
                pricing_model = 'per_unit'
                and minimum_applied_minor = 0
                and included_quantity_millionths = 0
                and active_days = days_in_period
                then 1
            else 0
        end) = 1 and min(unit_price) = max(unit_price) as is_plain,
        max(case when is_estimated then 1 else 0 end) = 1 as is_estimated,
        coalesce(
            max(nullif(not_rated_reason, 'no_counts')), max(not_rated_reason)
        ) as not_rated_reason
    from usage_agreements
    group by entity_id, client_key, service_key, period_start_date, currency_code
),

settled as (
    select
        summed.*,
        coalesce(
            usage_invoiced.invoiced_amount_minor
            = summed.rated_amount_minor + summed.late_amount_minor, false
        ) as is_late_billed
    from summed
    left join usage_invoiced
        on
            summed.entity_id = usage_invoiced.entity_id
            and summed.client_key = usage_invoiced.client_key
            and summed.service_key = usage_invoiced.service_key
            and summed.period_start_date = usage_invoiced.period_start_date
            and summed.currency_code = usage_invoiced.currency_code
),

-- Late usage that an invoice of its month has after all is due like the rest.
usage_rated as (
    select
        entity_id,
        client_key,
        service_key,
        period_start_date,
        currency_code,
        agreement_count,
        agreement_line_id,
        basis,
        count_measure,
        billing_timing,
        agreement_class,
        is_waived,
        agreed_quantity_millionths,
        is_whole_month,
        measured_quantity_millionths,
        unit_price,
        unit_cost,
        is_plain,
        is_estimated,
        not_rated_reason,
        billable_quantity_millionths
        + case when is_late_billed then late_billable_millionths else 0 end
            as billable_quantity_millionths,
        rated_amount_minor
        + case when is_late_billed then late_amount_minor else 0 end as rated_amount_minor,
        case when is_late_billed then 0 else late_billable_millionths end
            as late_billable_millionths,
        case when is_late_billed then 0 else late_amount_minor end as late_amount_minor
    from settled
)

select * from usage_rated
