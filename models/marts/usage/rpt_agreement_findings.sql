-- grain: one row per agreement_line_id, finding, other_agreement_line_id
with

rated_usage as (
    select * from {{ ref('int_rated_usage') }}
),

agreement_lines as (
    select * from {{ ref('int_agreement_lines') }}
),

agreement_flaws as (
    select * from {{ ref('int_agreement_flaws') }}
),

agreement_overlaps as (
    select * from {{ ref('int_agreement_overlaps') }}
),

flaw_wordings as (
    select * from {{ ref('agreement_flaws') }}
),

-- Months that are not rated for a reason of their own; a flaw of the line is the reason of all of them.
unrated_months as (
    select
        rated_usage.agreement_line_id,
        rated_usage.entity_id,
        flaw_wordings.flaw,
        flaw_wordings.reason,
        min(rated_usage.period_start_date) as first_period_start_date,
        cast(count(*) as {{ dbt.type_bigint() }}) as unrated_months
    from rated_usage
    inner join flaw_wordings
        on rated_usage.not_rated_reason = flaw_wordings.flaw
    group by
        rated_usage.agreement_line_id,
        rated_usage.entity_id,
        flaw_wordings.flaw,
        flaw_wordings.reason
),

found as (
    select
        coalesce(agreement_flaws.agreement_line_id, unrated_months.agreement_line_id)
            as agreement_line_id,
        coalesce(agreement_flaws.entity_id, unrated_months.entity_id) as entity_id,
        coalesce(agreement_flaws.flaw, unrated_months.flaw) as finding,
        cast(null as {{ dbt.type_string() }}) as other_agreement_line_id,
        unrated_months.first_period_start_date as first_date,
        coalesce(unrated_months.unrated_months, 0) as unrated_months,
        coalesce(agreement_flaws.reason, unrated_months.reason) as explanation
    from agreement_flaws
    full outer join unrated_months
        on
            agreement_flaws.agreement_line_id = unrated_months.agreement_line_id
            and agreement_flaws.flaw = unrated_months.flaw
    union all
    select
        agreement_line_id,
        entity_id,
        finding,
        later_agreement_line_id as other_agreement_line_id,
        overlap_from as first_date,
        0 as unrated_months,
        explanation
    from agreement_overlaps
),

agreement_findings as (
    select
        found.agreement_line_id,
        found.finding,
        found.other_agreement_line_id,
        found.entity_id,
        agreement_lines.source_record_id,
        agreement_lines.client_id,
        agreement_lines.service_id,
        agreement_lines.effective_from,
        agreement_lines.effective_to,
        found.first_date,
        found.unrated_months,
        found.explanation
    from found
    left join agreement_lines
        on found.agreement_line_id = agreement_lines.agreement_line_id
)

select * from agreement_findings
