-- grain: one row per entity_id, period
with

listed_periods as (
    select * from {{ ref('accounting_periods') }}
),

fiscal_periods as (
    select * from {{ ref('int_fiscal_periods') }}
),

entities as (
    select * from {{ ref('entities') }}
),

closes as (
    select distinct
        entity_id,
        period
    from {{ ref('int_close_rows') }}
),

calendars_of_entities as (
    select distinct
        entity_id,
        fiscal_calendar
    from entities
    where fiscal_calendar is not null
),

-- What the lock lists stands as it is; the calendar only adds the periods that nobody has listed.
all_periods as (
    select
        entity_id,
        period,
        start_date,
        end_date,
        status,
        closed_at
    from listed_periods
    union all
    select
        calendars_of_entities.entity_id,
        fiscal_periods.period,
        fiscal_periods.start_date,
        fiscal_periods.end_date,
        'open' as status,
        cast(null as {{ dbt.type_timestamp() }}) as closed_at
    from calendars_of_entities
    inner join fiscal_periods
        on calendars_of_entities.fiscal_calendar = fiscal_periods.calendar_name
    left join listed_periods
        on
            calendars_of_entities.entity_id = listed_periods.entity_id
            and fiscal_periods.period = listed_periods.period
    where listed_periods.entity_id is null
),

-- What lies before the first period belongs to it.
accounting_periods as (
    select
        all_periods.entity_id,
        all_periods.period,
        all_periods.start_date,
        all_periods.end_date,
        all_periods.status,
        all_periods.closed_at,
        (closes.entity_id is not null) as has_close,
        case
            when
                row_number() over (
                    partition by all_periods.entity_id
                    order by all_periods.start_date, all_periods.period
                ) = 1
                then cast('1900-01-01' as date)
            else all_periods.start_date
        end as reaches_from
    from all_periods
    left join closes
        on
            all_periods.entity_id = closes.entity_id
            and all_periods.period = closes.period
)

select * from accounting_periods
