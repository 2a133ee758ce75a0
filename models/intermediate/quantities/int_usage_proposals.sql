-- grain: one row per proposal_id, currency_code
with

change_proposals as (
    select * from {{ ref('int_usage_change_proposals') }}
),

mapping_proposals as (
    select * from {{ ref('int_usage_mapping_proposals') }}
),

mapping_stakes as (
    select * from {{ ref('int_usage_mapping_stakes') }}
),

-- A name that stands for clients of two currencies is one line of the mapping file and two sums.
proposals as (
    select
        proposal_id,
        currency_code,
        chain_id,
        proposal_kind,
        entity_id,
        client_id,
        service_id,
        cast(null as {{ dbt.type_string() }}) as unmapped_reference,
        cast(null as {{ dbt.type_string() }}) as vendor_name,
        agreement_line_id,
        billing_timing,
        first_month,
        last_month,
        month_count,
        old_quantity_millionths,
        new_quantity_millionths,
        old_unit_price,
        new_unit_price,
        stake_amount_minor,
        total_stake_minor,
        is_estimated,
        sentence,
        cast(null as {{ dbt.type_string() }}) as mapping_line,
        evidence
    from change_proposals
    union all
    select
        mapping_proposals.proposal_id,
        mapping_stakes.currency_code,
        mapping_stakes.chain_id,
        mapping_proposals.proposal_kind,
        mapping_proposals.entity_id,
        cast(null as {{ dbt.type_string() }}) as client_id,
        cast(null as {{ dbt.type_string() }}) as service_id,
        mapping_proposals.reference as unmapped_reference,
        mapping_proposals.vendor_name,
        cast(null as {{ dbt.type_string() }}) as agreement_line_id,
        cast(null as {{ dbt.type_string() }}) as billing_timing,
        mapping_proposals.first_month,
        mapping_proposals.last_month,
        mapping_stakes.month_count,
        null as old_quantity_millionths,
        null as new_quantity_millionths,
        null as old_unit_price,
        null as new_unit_price,
        mapping_stakes.stake_amount_minor,
        mapping_stakes.total_stake_minor,
        mapping_stakes.is_estimated,
        'Add the line to ' || mapping_proposals.proposal_kind || 's.csv'
        || case
            when mapping_proposals.mapped_to is null then ' and write in it what {name} stands for.'
            else ': {name} seems to be ' || mapping_proposals.mapped_to || '.'
        end as sentence,
        mapping_proposals.mapping_line,
        mapping_stakes.evidence
    from mapping_proposals
    inner join mapping_stakes
        on mapping_proposals.proposal_id = mapping_stakes.proposal_id
)

select * from proposals
