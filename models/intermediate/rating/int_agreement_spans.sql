-- grain: one row per agreement_line_id, span_from
with

-- Lines of one client and service compete for each day; a line that nothing is behind stands alone.
agreement_lines as (
    select
        agreement_line_id,
        entity_id,
        client_id,
        service_id,
        effective_from,
        effective_to,
        recorded_at,
        case
            when mapping_class = 'mapped'
                then {{ dbt.concat(['client_id', "'|'", 'service_id']) }}
            else agreement_line_id
        end as slot
    from {{ ref('int_agreement_lines') }}
    where
        effective_from is not null
        and (effective_to is null or effective_to > effective_from)
),

boundaries as (
    select
        entity_id,
        slot,
        effective_from as boundary_date
    from agreement_lines
    union distinct
    select
        entity_id,
        slot,
        effective_to as boundary_date
    from agreement_lines
    where effective_to is not null
),

stretches as (
    select
        entity_id,
        slot,
        boundary_date as span_from,
        lead(boundary_date) over (partition by entity_id, slot order by boundary_date) as span_to
    from boundaries
),

candidates as (
    select
        agreement_lines.agreement_line_id,
        agreement_lines.entity_id,
        agreement_lines.client_id,
        agreement_lines.service_id,
        stretches.span_from,
        stretches.span_to,
        row_number() over (
            partition by stretches.entity_id, stretches.slot, stretches.span_from
            order by
                agreement_lines.effective_from desc, agreement_lines.recorded_at desc nulls last,
                agreement_lines.agreement_line_id desc
        ) as candidate_rank
    from stretches
    inner join agreement_lines
        on
            stretches.entity_id = agreement_lines.entity_id
            and stretches.slot = agreement_lines.slot
            and stretches.span_from >= agreement_lines.effective_from
            and (
                agreement_lines.effective_to is null
                or stretches.span_from < agreement_lines.effective_to
            )
),

agreement_spans as (
    select
        agreement_line_id,
        entity_id,
        client_id,
        service_id,
        span_from,
        span_to
    from candidates
    where candidate_rank = 1
)

select * from agreement_spans
