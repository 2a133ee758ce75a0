-- grain: one row per chain_id
with

quantity_keys as (
    select * from {{ ref('int_quantity_keys') }}
),

agreement_lines as (
    select * from {{ ref('int_agreement_lines') }}
    where mapping_class = 'mapped'
),

-- The version that was in force before: the last to end before the month did.
ended as (
    select
        quantity_keys.chain_id,
        agreement_lines.agreement_line_id,
        agreement_lines.effective_to,
        agreement_lines.committed_quantity_millionths,
        agreement_lines.unit_price,
        row_number() over (
            partition by quantity_keys.chain_id
            order by
                agreement_lines.effective_to desc,
                agreement_lines.effective_from desc,
                agreement_lines.agreement_line_id desc
        ) as end_rank
    from quantity_keys
    inner join agreement_lines
        on
            quantity_keys.entity_id = agreement_lines.entity_id
            and quantity_keys.client_id = agreement_lines.client_id
            and quantity_keys.service_id = agreement_lines.service_id
            and quantity_keys.currency_code = agreement_lines.currency_code
            and quantity_keys.period_end_date > agreement_lines.effective_to
),

usage_earlier_agreements as (
    select
        chain_id,
        agreement_line_id,
        effective_to as ended_on,
        committed_quantity_millionths,
        unit_price
    from ended
    where end_rank = 1
)

select * from usage_earlier_agreements
