-- grain: one row per relation_key
with

landed as (
    select * from {{ raw('xero', 'organization') }}
),

typed as (
    select
        coalesce({{ trimmed('source_relation') }}, '') as relation_key,
        {{ trimmed('organisation_id') }} as organisation_reference,
        upper({{ trimmed('base_currency') }}) as base_currency_code,
        {{ utc_timestamp('_fivetran_synced') }} as synced_at
    from landed
),

ranked as (
    select
        *,
        row_number() over (
            partition by relation_key
            order by synced_at desc nulls last, organisation_reference asc, base_currency_code asc
        ) as organization_rank
    from typed
),

organizations as (
    select
        relation_key,
        organisation_reference,
        base_currency_code
    from ranked
    where organization_rank = 1
)

select * from organizations
