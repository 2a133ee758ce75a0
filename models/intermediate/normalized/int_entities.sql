-- grain: one row per entity_id
with

source_rows as (
    select * from {{ ref('int_source_rows') }}
),

entities as (
    select * from {{ ref('entities') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

-- With no data at all there is still one company.
seen as (
    select
        entity_id,
        max(synced_at) as last_synced_at,
        max(recorded_at) as last_recorded_at
    from source_rows
    group by entity_id
    union all
    select
        'main' as entity_id,
        cast(null as {{ dbt.type_timestamp() }}) as last_synced_at,
        cast(null as {{ dbt.type_timestamp() }}) as last_recorded_at
    where not exists (select 1 as found from source_rows)
),

described as (
    select
        entity_id,
        max(nullif(entity_name, '')) as entity_name,
        max(nullif(functional_currency, '')) as functional_currency,
        max(nullif(timezone, '')) as timezone
    from entities
    group by entity_id
),

defaulted as (
    select
        seen.entity_id,
        seen.last_synced_at,
        seen.last_recorded_at,
        coalesce(described.entity_name, seen.entity_id) as entity_name,
        coalesce(
            described.functional_currency, '{{ checked_var("functional_currency", "[A-Z]{3}") }}'
        ) as functional_currency_code,
        coalesce(described.timezone, '{{ checked_var("timezone", "[A-Za-z0-9_+/-]+") }}')
            as timezone
    from seen
    left join described
        on seen.entity_id = described.entity_id
),

localised as (
    select
        entity_id,
        entity_name,
        functional_currency_code,
        timezone,
        '{{ checked_var("as_of_date", "[0-9-]*") }}'
            as requested_as_of_date,
        {{ accounting_date('last_synced_at', 'timezone') }} as last_synced_date,
        {{ accounting_date('last_recorded_at', 'timezone') }} as last_recorded_date
    from defaulted
),

-- The day of the last load is not over yet, so the day before it is the last complete one.
complete_entities as (
    select
        localised.entity_id,
        localised.entity_name,
        localised.functional_currency_code,
        currencies.exponent as functional_exponent,
        localised.timezone,
        coalesce(
            cast(nullif(localised.requested_as_of_date, '') as date),
            cast({{ dbt.dateadd('day', -1, 'localised.last_synced_date') }} as date),
            localised.last_recorded_date,
            cast('1970-01-01' as date)
        ) as as_of_date
    from localised
    left join currencies
        on localised.functional_currency_code = currencies.currency_code
)

select * from complete_entities
