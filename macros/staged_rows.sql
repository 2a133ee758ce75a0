{#- Every staged row of one object, whatever became of it, in the columns of int_source_rows. -#}
{% macro staged_rows(role, object_name, amount, currency, columns_of=none, landed_by=none) -%}
    select
        source_name,
        source_table,
        source_relation,
        entity_id,
        source_record_id,
        version_number,
        {{ currency }} as currency_code,
        cast({{ amount }} as {{ dbt.type_bigint() }}) as amount_minor,
        recorded_at,
        synced_at,
        case
            when ignore_reason is not null then 'ignored'
            when quarantine_reason is not null then 'quarantined'
            else 'accepted'
        end as state,
        coalesce(ignore_reason, quarantine_reason) as reason
    from {{ from_sources(role, object_name, readable_only=false, columns_of=columns_of, landed_by=landed_by) }} as staged_rows
{%- endmacro %}
