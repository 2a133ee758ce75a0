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

usage_evidence as (
    select
        chain_id || '|' || detail || '|' || comparison as finding_id,
        chain_id,
        detail,
        comparison,
        cast(quantity_difference_millionths as {{ dbt.type_bigint() }})
            as quantity_difference_millionths,
        cast(amount_difference_minor as {{ dbt.type_bigint() }}) as amount_difference_minor,
        cast(stake_amount_minor as {{ dbt.type_bigint() }}) as stake_amount_minor,
        is_estimated
    from found
)

select * from usage_evidence
