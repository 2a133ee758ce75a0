-- grain: one row per entity_id, source_name, source_table, currency_code
with

source_rows as (
    select * from {{ ref('int_source_rows') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

counted as (
    select
        entity_id,
        source_name,
        source_table,
        currency_code,
        count(*) as rows_in,
        sum(case when state = 'accepted' then 1 else 0 end) as accepted_rows,
        sum(case when state = 'ignored' then 1 else 0 end) as ignored_rows,
        sum(case when state = 'quarantined' then 1 else 0 end) as quarantined_rows,
        sum(case when amount_minor is null then 1 else 0 end) as unreadable_rows,
        sum(abs(amount_minor)) as gross_minor,
        sum(case when state = 'accepted' then abs(amount_minor) else 0 end) as accepted_minor,
        sum(case when state = 'ignored' then abs(amount_minor) else 0 end) as ignored_minor,
        sum(case when state = 'quarantined' then abs(amount_minor) else 0 end) as quarantined_minor
    from source_rows
    group by
        entity_id,
        source_name,
        source_table,
        currency_code
),

row_conservation as (
    select
        counted.entity_id,
        counted.source_name,
        counted.source_table,
        counted.currency_code,
        cast(counted.rows_in as bigint) as rows_in,
        cast(counted.accepted_rows as bigint) as accepted_rows,
        cast(counted.ignored_rows as bigint) as ignored_rows,
        cast(counted.quarantined_rows as bigint) as quarantined_rows,
        cast(counted.unreadable_rows as bigint) as unreadable_rows,
        {{ major_units('counted.gross_minor', 'currencies.exponent') }} as gross_amount,
        {{ major_units('counted.accepted_minor', 'currencies.exponent') }}
            as accepted_gross_amount,
        {{ major_units('counted.ignored_minor', 'currencies.exponent') }} as ignored_gross_amount,
        {{ major_units('counted.quarantined_minor', 'currencies.exponent') }}
            as quarantined_gross_amount
    from counted
    left join currencies
        on counted.currency_code = currencies.currency_code
)

select * from row_conservation
