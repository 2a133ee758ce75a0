-- grain: one row per chain_id
with

quantity_keys as (
    select * from {{ ref('int_quantity_keys') }}
),

counted as (
    select * from {{ ref('int_usage_counts_by_month') }}
),

metered as (
    select * from {{ ref('int_usage_metered') }}
),

rated as (
    select * from {{ ref('int_usage_rated') }}
),

invoiced as (
    select * from {{ ref('int_usage_invoiced') }}
),

earlier_agreements as (
    select * from {{ ref('int_usage_earlier_agreements') }}
),

quantity_chain as (
    select
        quantity_keys.chain_id,
        quantity_keys.entity_id,
        quantity_keys.client_id,
        quantity_keys.service_id,
        quantity_keys.client_key,
        quantity_keys.service_key,
        quantity_keys.client_reference,
        quantity_keys.service_reference,
        quantity_keys.period_start_date,
        quantity_keys.period_end_date,
        quantity_keys.currency_code,
        counted.counted_average_millionths,
        counted.counted_last_millionths,
        rated.agreed_quantity_millionths,
        metered.metered_quantity_millionths,
        metered.event_count,
        rated.measured_quantity_millionths,
        rated.billable_quantity_millionths,
        invoiced.invoiced_quantity_millionths,
        coalesce(rated.rated_amount_minor, 0) as rated_amount_minor,
        coalesce(invoiced.billed_amount_minor, 0) as billed_amount_minor,
        coalesce(invoiced.credited_amount_minor, 0) as credited_amount_minor,
        coalesce(invoiced.invoiced_amount_minor, 0) as invoiced_amount_minor,
        coalesce(invoiced.recognised_amount_minor, 0) as recognised_amount_minor,
        coalesce(invoiced.collected_amount_minor, 0) as collected_amount_minor,
        coalesce(rated.agreement_count, 0) as agreement_count,
        rated.agreement_line_id,
        rated.agreement_class,
        rated.basis,
        rated.count_measure,
        rated.billing_timing,
        coalesce(rated.is_waived, false) as is_waived,
        coalesce(rated.late_billable_millionths, 0) as late_billable_millionths,
        coalesce(rated.late_amount_minor, 0) as late_amount_minor,
        coalesce(rated.is_plain, false) as is_plain,
        coalesce(rated.is_whole_month, false) as is_whole_month,
        rated.unit_price,
        coalesce(
            rated.unit_cost,
            case
                when counted.cost_currency_code = quantity_keys.currency_code
                    then counted.unit_cost
            end
        ) as unit_cost,
        rated.not_rated_reason,
        coalesce(invoiced.invoiced_row_count, 0) as invoiced_row_count,
        invoiced.invoiced_unit_price,
        earlier_agreements.agreement_line_id as earlier_agreement_line_id,
        earlier_agreements.ended_on,
        earlier_agreements.committed_quantity_millionths as earlier_quantity_millionths,
        earlier_agreements.unit_price as earlier_unit_price,
        coalesce(
            rated.is_estimated, counted.is_estimated or metered.is_estimated, false
        ) as is_estimated
    from quantity_keys
    left join counted
        on
            quantity_keys.entity_id = counted.entity_id
            and quantity_keys.client_key = counted.client_key
            and quantity_keys.service_key = counted.service_key
            and quantity_keys.period_start_date = counted.period_start_date
            and quantity_keys.has_counts
    left join metered
        on
            quantity_keys.entity_id = metered.entity_id
            and quantity_keys.client_key = metered.client_key
            and quantity_keys.service_key = metered.service_key
            and quantity_keys.period_start_date = metered.period_start_date
            and quantity_keys.has_counts
    left join rated
        on
            quantity_keys.entity_id = rated.entity_id
            and quantity_keys.client_key = rated.client_key
            and quantity_keys.service_key = rated.service_key
            and quantity_keys.period_start_date = rated.period_start_date
            and quantity_keys.currency_code = rated.currency_code
    left join invoiced
        on
            quantity_keys.entity_id = invoiced.entity_id
            and quantity_keys.client_key = invoiced.client_key
            and quantity_keys.service_key = invoiced.service_key
            and quantity_keys.period_start_date = invoiced.period_start_date
            and quantity_keys.currency_code = invoiced.currency_code
    left join earlier_agreements
        on quantity_keys.chain_id = earlier_agreements.chain_id
)

select * from quantity_chain
