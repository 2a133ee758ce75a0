-- grain: one row per agreement_line_id, period_start_date
with

rated_usage as (
    select * from {{ ref('int_rated_usage') }}
),

agreement_lines as (
    select * from {{ ref('int_agreement_lines') }}
    where mapping_class <> 'excluded'
),

context_classes as (
    select * from {{ ref('usage_context_classes') }}
),

described as (
    select
        rated_usage.*,
        agreement_lines.source_name,
        coalesce(agreement_lines.client_reference, '') as named_client,
        coalesce(agreement_lines.service_reference, '') as named_service,
        agreement_lines.count_measure,
        agreement_lines.committed_quantity_millionths,
        coalesce(agreement_lines.included_quantity_millionths, 0) as included_quantity_millionths,
        agreement_lines.package_size_millionths as package_millionths,
        greatest(
            greatest(
                rated_usage.measured_quantity_millionths
                + coalesce(rated_usage.late_quantity_millionths, 0),
                coalesce(agreement_lines.committed_quantity_millionths, 0)
            ) - coalesce(agreement_lines.included_quantity_millionths, 0),
            0
        ) as with_late_millionths,
        case
            when rated_usage.agreement_kind = 'internal' then 'internal_use'
            when rated_usage.agreement_kind = 'trial' then 'trial'
            when agreement_lines.bundled_in_service_reference is not null then 'bundled_service'
            when rated_usage.agreement_kind = 'client_specific' then 'client_specific_agreement'
        end as context_class
    from rated_usage
    inner join agreement_lines
        on rated_usage.agreement_line_id = agreement_lines.agreement_line_id
),

-- What is due is the rated amount lifted to the minimum, and nothing where the class of the line waives
-- it: on trial a price is agreed already and not owed yet.
usage_agreements as (
    select
        described.agreement_line_id,
        described.period_start_date,
        described.entity_id,
        described.client_id,
        described.service_id,
        case when described.client_id is null then described.named_client end as client_reference,
        case when described.service_id is null then described.named_service end
            as service_reference,
        {{ usage_key('described.client_id', 'described.source_name', 'described.named_client') }}
            as client_key,
        {{ usage_key('described.service_id', 'described.source_name', 'described.named_service') }}
            as service_key,
        described.currency_code,
        described.basis,
        described.count_measure,
        described.pricing_model,
        described.billing_timing,
        described.context_class,
        coalesce(context_classes.waives_agreement, false) as is_waived,
        described.active_days,
        described.days_in_period,
        described.is_complete,
        described.committed_quantity_millionths,
        described.included_quantity_millionths,
        described.measured_quantity_millionths,
        coalesce(described.late_quantity_millionths, 0) as late_quantity_millionths,
        case
            when coalesce(described.late_quantity_millionths, 0) <= 0 then 0
            when described.pricing_model = 'package' then {{ integer_divide(
                'with_late_millionths + package_millionths - 1', 'nullif(package_millionths, 0)'
            ) }} * described.package_millionths - described.billable_quantity_millionths
            else described.with_late_millionths - described.billable_quantity_millionths
        end as late_billable_millionths,
        case
            when coalesce(context_classes.waives_agreement, false) then 0
            else coalesce(described.billable_quantity_millionths, 0)
        end as billable_quantity_millionths,
        case
            when coalesce(context_classes.waives_agreement, false) then 0
            else coalesce(described.total_amount_minor, 0)
        end as rated_amount_minor,
        coalesce(described.minimum_applied_minor, 0) as minimum_applied_minor,
        case
            when described.pricing_model = 'package' then {{ service_price(
                'described.unit_price', 'described.package_millionths'
            ) }}
            else described.unit_price
        end as unit_price,
        described.unit_cost,
        described.is_estimated,
        described.not_rated_reason
    from described
    left join context_classes
        on described.context_class = context_classes.context_class
)

select * from usage_agreements
