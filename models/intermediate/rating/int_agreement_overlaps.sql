-- grain: one row per agreement_line_id, later_agreement_line_id
with

agreement_lines as (
    select * from {{ ref('int_agreement_lines') }}
    where
        mapping_class = 'mapped'
        and (effective_to is null or effective_to > effective_from)
),

-- The order is that of int_agreement_spans: of two lines the later one has the days they share.
agreement_overlaps as (
    select
        earlier_lines.agreement_line_id,
        later_lines.agreement_line_id as later_agreement_line_id,
        earlier_lines.entity_id,
        earlier_lines.client_id,
        earlier_lines.service_id,
        later_lines.effective_from as overlap_from,
        case
            when earlier_lines.effective_to is null then later_lines.effective_to
            when later_lines.effective_to is null then earlier_lines.effective_to
            else least(earlier_lines.effective_to, later_lines.effective_to)
        end as overlap_to,
        'overlapping_agreement' as finding,
        {{ dbt.concat([
            "'agreement line '", 'later_lines.source_record_id', "' begins on '",
            "cast(later_lines.effective_from as " ~ dbt.type_string() ~ ")",
            "', when line '", 'earlier_lines.source_record_id',
            "' of the same client and service still runs; the later one is rated'",
        ]) }} as explanation
    from agreement_lines as earlier_lines
    inner join agreement_lines as later_lines
        on
            earlier_lines.entity_id = later_lines.entity_id
            and earlier_lines.client_id = later_lines.client_id
            and earlier_lines.service_id = later_lines.service_id
            and earlier_lines.agreement_line_id <> later_lines.agreement_line_id
            and (
                earlier_lines.effective_to is null
                or earlier_lines.effective_to > later_lines.effective_from
            )
    where
        earlier_lines.effective_from < later_lines.effective_from
        or (
            earlier_lines.effective_from = later_lines.effective_from
            and (
                coalesce(
                    earlier_lines.recorded_at, cast('1970-01-01' as {{ dbt.type_timestamp() }})
                )
                < coalesce(
                    later_lines.recorded_at, cast('1970-01-01' as {{ dbt.type_timestamp() }})
                )
                or (
                    coalesce(
                        earlier_lines.recorded_at, cast('1970-01-01' as {{ dbt.type_timestamp() }})
                    )
                    = coalesce(
                        later_lines.recorded_at, cast('1970-01-01' as {{ dbt.type_timestamp() }})
                    )
                    and earlier_lines.agreement_line_id < later_lines.agreement_line_id
                )
            )
        )
)

select * from agreement_overlaps
