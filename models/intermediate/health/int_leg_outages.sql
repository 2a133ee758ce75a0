-- grain: one row per leg, side, role_name, account_role, currency_code, entity_id, source_name, complete_through_date
with

source_outages as (
    select * from {{ ref('int_source_outages') }}
),

source_roles as (
    select * from {{ ref('int_source_roles') }}
),

leg_sources as (
    select * from {{ ref('leg_sources') }}
),

source_rows as (
    select * from {{ ref('int_source_rows') }}
    where currency_code is not null
),

affected as (
    select
        leg_sources.leg,
        leg_sources.side,
        leg_sources.role_name,
        leg_sources.account_role,
        leg_sources.is_by_currency,
        source_outages.*
    from source_outages
    inner join source_roles
        on source_outages.source_name = source_roles.source_name
    inner join leg_sources
        on source_roles.role_name = leg_sources.role_name
),

carried as (
    select distinct
        source_rows.entity_id,
        source_rows.source_name,
        source_rows.currency_code
    from source_rows
    inner join affected
        on
            source_rows.entity_id = affected.entity_id
            and source_rows.source_name = affected.source_name
            and affected.is_by_currency
),

-- No currency stands for any.
leg_outages as (
    select
        affected.leg,
        affected.side,
        affected.role_name,
        affected.account_role,
        carried.currency_code,
        affected.entity_id,
        affected.source_name,
        affected.complete_through_date,
        affected.late_from_date,
        affected.late_to_date
    from affected
    left join carried
        on
            affected.is_by_currency
            and affected.entity_id = carried.entity_id
            and affected.source_name = carried.source_name
    where not affected.is_by_currency or carried.currency_code is not null
)

select * from leg_outages
