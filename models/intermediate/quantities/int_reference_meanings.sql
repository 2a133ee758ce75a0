-- grain: one row per reference_id, valid_from
with

quantity_references as (
    select * from {{ ref('int_quantity_references') }}
),

mapping_candidates as (
    select * from {{ ref('int_mapping_candidates') }}
),

-- A name can only change its meaning where a row that fits begins or ends; no event is older than 1970.
boundaries as (
    select
        reference_id,
        cast('1970-01-01' as date) as valid_from
    from quantity_references
    union distinct
    select
        reference_id,
        effective_from as valid_from
    from mapping_candidates
    union distinct
    select
        reference_id,
        effective_to as valid_from
    from mapping_candidates
    where effective_to is not null
),

spans as (
    select
        reference_id,
        valid_from,
        lead(valid_from) over (partition by reference_id order by valid_from asc) as valid_to
    from boundaries
),

ranked_candidates as (
    select
        spans.reference_id,
        spans.valid_from,
        mapping_candidates.mapping_rule,
        mapping_candidates.mapped_to,
        mapping_candidates.units_per_unit,
        mapping_candidates.exclude_reason,
        row_number() over (
            partition by spans.reference_id, spans.valid_from
            order by
                mapping_candidates.priority asc,
                {{ dbt.length('mapping_candidates.pattern') }} desc,
                mapping_candidates.pattern asc,
                mapping_candidates.mapping_rule asc
        ) as candidate_rank
    from spans
    inner join mapping_candidates
        on
            spans.reference_id = mapping_candidates.reference_id
            and spans.valid_from >= mapping_candidates.effective_from
            and (
                mapping_candidates.effective_to is null
                or spans.valid_from < mapping_candidates.effective_to
            )
),

reference_meanings as (
    select
        spans.reference_id,
        spans.valid_from,
        spans.valid_to,
        quantity_references.field,
        quantity_references.entity_id,
        quantity_references.source_name,
        quantity_references.vendor_name,
        quantity_references.reference,
        ranked_candidates.mapping_rule,
        ranked_candidates.mapped_to,
        ranked_candidates.units_per_unit,
        ranked_candidates.exclude_reason
    from spans
    inner join quantity_references
        on spans.reference_id = quantity_references.reference_id
    left join ranked_candidates
        on
            spans.reference_id = ranked_candidates.reference_id
            and spans.valid_from = ranked_candidates.valid_from
            and ranked_candidates.candidate_rank = 1
)

select * from reference_meanings
