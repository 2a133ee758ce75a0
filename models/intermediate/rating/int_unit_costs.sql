-- grain: one row per agreement_line_id, period_start_date
with

agreement_periods as (
    select * from {{ ref('int_agreement_periods') }}
),

agreement_lines as (
    select * from {{ ref('int_agreement_lines') }}
),

-- Of several costs in a month the latest counts, of several on one day the highest: a price has to
-- cover it.
vendor_costs as (
    select
        entity_id,
        client_id,
        service_id,
        currency_code,
        period_start_date,
        vendor_name,
        unit_cost,
        row_number() over (
            partition by entity_id, client_id, service_id, currency_code, period_start_date
            order by quantity_date desc, unit_cost desc, quantity_row_id asc
        ) as cost_rank
    from {{ ref('int_quantity_rows') }}
    where
        kind = 'vendor_count'
        and mapping_class = 'mapped'
        and duplicate_of_row_id is null
        and licence_kind = 'standard'
        and unit_cost is not null
),

unit_costs as (
    select
        agreement_periods.agreement_line_id,
        agreement_periods.period_start_date,
        coalesce(agreement_lines.unit_cost, vendor_costs.unit_cost) as unit_cost,
        case
            when agreement_lines.unit_cost is not null then 'agreement'
            when vendor_costs.unit_cost is not null then 'vendor_count'
        end as cost_source,
        case
            when agreement_lines.unit_cost is null then vendor_costs.vendor_name
        end as cost_vendor_name
    from agreement_periods
    inner join agreement_lines
        on agreement_periods.agreement_line_id = agreement_lines.agreement_line_id
    left join vendor_costs
        on
            agreement_periods.entity_id = vendor_costs.entity_id
            and agreement_periods.client_id = vendor_costs.client_id
            and agreement_periods.service_id = vendor_costs.service_id
            and agreement_periods.period_start_date = vendor_costs.period_start_date
            and agreement_lines.currency_code = vendor_costs.currency_code
            and vendor_costs.cost_rank = 1
)

select * from unit_costs
