-- grain: one row per finding_id
with

found as (
    select * from {{ ref('int_usage_findings_of_coverage') }}
    union all
    select * from {{ ref('int_usage_findings_of_context') }}
    union all
    select * from {{ ref('int_usage_findings_of_parts') }}
    union all
    select * from {{ ref('int_usage_findings_of_terms') }}
),

usage_findings as (
    select * from {{ ref('usage_findings') }}
),

differences as (
    select * from {{ ref('int_usage_differences') }}
),

-- An invoice that states no price has the one that its amount and units make.
worded as (
    select
        found.chain_id || '|' || found.detail || '|' || found.comparison as finding_id,
        found.*,
        usage_findings.finding,
        usage_findings.kind,
        usage_findings.precedence,
        usage_findings.is_alarm,
        usage_findings.what_to_do,
        usage_findings.sentence,
        differences.entity_id,
        differences.client_id,
        differences.service_id,
        differences.period_start_date,
        differences.currency_code,
        coalesce(differences.service_id, differences.service_reference) as service_text,
        differences.counted_average_millionths,
        differences.agreed_quantity_millionths,
        differences.metered_quantity_millionths,
        differences.billable_quantity_millionths,
        differences.invoiced_quantity_millionths,
        differences.rated_amount_minor,
        differences.invoiced_amount_minor,
        differences.unit_price,
        differences.unit_cost,
        coalesce(differences.invoiced_unit_price, cast({{ round_ratio(
            'differences.invoiced_amount_minor',
            wide_integer('10000000000'),
            wide_integer('nullif(differences.invoiced_quantity_millionths, 0)')
            ~ ' * ' ~ power_of_ten('differences.exponent')
        ) }} * cast(0.0001 as numeric(5, 4)) as numeric(28, 10))) as invoiced_unit_price,
        differences.ended_on,
        coalesce(differences.not_rated_reason, 'there is none') as reason,
        differences.exponent
    from found
    inner join usage_findings
        on found.detail = usage_findings.detail
    inner join differences
        on found.chain_id = differences.chain_id
),

findings_of_usage as (
    select
        finding_id,
        chain_id,
        entity_id,
        client_id,
        service_id,
        period_start_date,
        currency_code,
        finding,
        detail,
        kind,
        precedence,
        is_alarm,
        comparison,
        cast(quantity_difference_millionths as {{ dbt.type_bigint() }})
            as quantity_difference_millionths,
        cast(amount_difference_minor as {{ dbt.type_bigint() }}) as amount_difference_minor,
        cast(stake_amount_minor as {{ dbt.type_bigint() }}) as stake_amount_minor,
        not is_estimated as is_calculated,
        is_estimated,
        {{ filled_text('sentence', {
            'service': 'service_text',
            'units': quantity_text('abs(quantity_difference_millionths)'),
            'amount': money_text(
                'coalesce(nullif(amount_difference_minor, 0), stake_amount_minor)',
                'exponent', 'currency_code'
            ),
            'counted': quantity_text('counted_average_millionths'),
            'agreed': quantity_text('agreed_quantity_millionths'),
            'metered': quantity_text('metered_quantity_millionths'),
            'billable': quantity_text('billable_quantity_millionths'),
            'invoiced_amount': money_text('invoiced_amount_minor', 'exponent', 'currency_code'),
            'invoiced_price': price_text('invoiced_unit_price'),
            'invoiced': quantity_text('invoiced_quantity_millionths'),
            'rated_amount': money_text('rated_amount_minor', 'exponent', 'currency_code'),
            'price': price_text('unit_price'),
            'cost': price_text('unit_cost'),
            'ended_on': 'ended_on',
            'reason': 'reason',
        }) }} as explanation,
        what_to_do
    from worded
)

select * from findings_of_usage
