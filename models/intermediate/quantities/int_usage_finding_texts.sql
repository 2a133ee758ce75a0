-- grain: one row per finding_id
with

evidence as (
    select * from {{ ref('int_usage_evidence') }}
),

usage_findings as (
    select * from {{ ref('usage_findings') }}
),

differences as (
    select * from {{ ref('int_usage_differences') }}
),

-- An invoice that states no price has the one that its amount and units make.
priced as (
    select
        differences.*,
        coalesce(differences.invoiced_unit_price, cast({{ round_ratio(
            'differences.invoiced_amount_minor',
            wide_integer('10000000000'),
            wide_integer('nullif(differences.invoiced_quantity_millionths, 0)')
            ~ ' * ' ~ power_of_ten('differences.exponent')
        ) }} * cast(0.0001 as numeric(5, 4)) as numeric(28, 10))) as price_on_invoice
    from differences
),

worded as (
    select
        evidence.finding_id,
        usage_findings.sentence,
        coalesce(priced.service_id, priced.service_reference) as service_text,
        {{ quantity_text('abs(evidence.quantity_difference_millionths)') }} as units_text,
        {{ money_text(
            'coalesce(nullif(evidence.amount_difference_minor, 0), evidence.stake_amount_minor)',
            'priced.exponent', 'priced.currency_code'
        ) }} as amount_text,
        {{ quantity_text('priced.counted_average_millionths') }} as counted_text,
        {{ quantity_text('priced.agreed_quantity_millionths') }} as agreed_text,
        {{ quantity_text('priced.metered_quantity_millionths') }} as metered_text,
        {{ quantity_text('priced.billable_quantity_millionths') }} as billable_text,
        {{ quantity_text('priced.invoiced_quantity_millionths') }} as invoiced_text,
        {{ money_text(
            'priced.invoiced_amount_minor', 'priced.exponent', 'priced.currency_code'
        ) }} as invoiced_amount_text,
        {{ money_text('priced.rated_amount_minor', 'priced.exponent', 'priced.currency_code') }}
            as rated_amount_text,
        {{ price_text('priced.price_on_invoice') }} as invoiced_price_text,
        {{ price_text('priced.unit_price') }} as price_text,
        {{ price_text('priced.unit_cost') }} as cost_text,
        priced.ended_on,
        coalesce(priced.not_rated_reason, 'there is none') as reason
    from evidence
    inner join usage_findings
        on evidence.detail = usage_findings.detail
    inner join priced
        on evidence.chain_id = priced.chain_id
),

usage_finding_texts as (
    select
        finding_id,
        {{ filled_text('sentence', {
            'service': 'service_text',
            'units': 'units_text',
            'amount': 'amount_text',
            'counted': 'counted_text',
            'agreed': 'agreed_text',
            'metered': 'metered_text',
            'billable': 'billable_text',
            'invoiced': 'invoiced_text',
            'invoiced_amount': 'invoiced_amount_text',
            'invoiced_price': 'invoiced_price_text',
            'rated_amount': 'rated_amount_text',
            'price': 'price_text',
            'cost': 'cost_text',
            'ended_on': 'ended_on',
            'reason': 'reason',
        }) }} as explanation
    from worded
)

select * from usage_finding_texts
