-- grain: one row per rate_date, currency_code
with

landed as (
    select * from {{ raw('ecb', 'exchange_rate') }}
),

typed as (
    select
        cast({{ utc_timestamp('rate_date') }} as date) as rate_date,
        upper({{ trimmed('currency') }}) as currency_code,
        case
            when abs({{ exact_decimal('rate') }}) < 1000000000
                then cast({{ exact_decimal('rate') }} as decimal(18, 8))
        end as units_per_euro
    from landed
),

-- Rates are the same for every company, so the same day may have landed more than once. A rate
-- that cannot be read is no rate: the day before is carried forward.
exchange_rates as (
    select
        rate_date,
        currency_code,
        max(units_per_euro) as units_per_euro,
        'ecb' as source_name,
        'exchange_rate' as source_table,
        cast(null as {{ dbt.type_string() }}) as source_relation,
        cast(null as {{ dbt.type_string() }}) as quarantine_reason,
        cast(null as {{ dbt.type_string() }}) as ignore_reason
    from typed
    where rate_date is not null and currency_code is not null and units_per_euro > 0
    group by rate_date, currency_code
)

select * from exchange_rates
