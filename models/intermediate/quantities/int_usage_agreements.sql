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

-- A service can only be part of the price of another one that is agreed itself, and not as a part.
hosts as (
    select distinct
        rated_usage.entity_id,
        rated_usage.client_id,
        rated_usage.service_id,
        rated_usage.period_start_date
    from rated_usage
    inner join agreement_lines
        on rated_usage.agreement_line_id = agreement_lines.agreement_line_id
    where agreement_lines.bundled_in_service_reference is null
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
        case
            when
                agreement_lines.bundled_in_service_reference is not null
                and hosts.service_id is null
                and rated_usage.agreement_kind not in ('internal', 'trial')
                then 'bundle_not_agreed'
        end as bundle_flaw,
        case
            when rated_usage.agreement_kind = 'internal' then 'internal_use'
            when rated_usage.agreement_kind = 'trial' then 'trial'
            when hosts.service_id is not null then 'bundled_service'
            when rated_usage.agreement_kind = 'client_specific' then 'client_specific_agreement'
        end as context_class
    from rated_usage
    inner join agreement_lines
        on rated_usage.agreement_line_id = agreement_lines.agreement_line_id
    left join hosts
        on
            rated_usage.entity_id = hosts.entity_id
            and rated_usage.client_id = hosts.client_id
            and rated_usage.bundled_in_service_id = hosts.service_id
            and rated_usage.period_start_date = hosts.period_start_date
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
        coalesce(described.late_billable_millionths, 0) as late_billable_millionths,
        coalesce(described.late_amount_minor, 0) as late_amount_minor,
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
        coalesce(described.not_rated_reason, described.bundle_flaw) as not_rated_reason
    from described
    left join context_classes
        on described.context_class = context_classes.context_class
)

select * from usage_agreements
