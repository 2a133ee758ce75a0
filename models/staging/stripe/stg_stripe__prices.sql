-- grain: one row per source_relation, source_record_id, version_number
with

landed as (
    select * from {{ raw('stripe', 'price') }}
),

typed as (
    select
        {{ trimmed('source_relation') }} as source_relation,
        {{ trimmed('id') }} as source_record_id,
        {{ trimmed('product_id') }} as product_reference,
        upper({{ trimmed('currency') }}) as currency_code,
        -- Twelve months are a year, however the price spells it.
        case
            when
                lower({{ trimmed('recurring_interval') }}) = 'month'
                and {{ trimmed('recurring_interval_count') }} = '12'
                then 'year'
            else lower({{ trimmed('recurring_interval') }})
        end as billing_interval,
        {{ trimmed('nickname') }} as price_nickname,
        coalesce({{ exact_decimal('unit_amount_decimal') }}, {{ exact_decimal('unit_amount') }})
            as unit_amount,
        lower({{ trimmed('recurring_aggregate_usage') }}) as usage_aggregation,
        coalesce(lower({{ trimmed('recurring_usage_type') }}) = 'metered', false) as is_metered,
        {{ utc_timestamp('created') }} as created_at,
        {{ truth('livemode', 'true') }} as is_live,
        {{ utc_timestamp('_fivetran_synced') }} as synced_at
    from landed
),

versioned as (
    select
        *,
        row_number() over (
            partition by source_relation, source_record_id
            order by
                synced_at desc nulls last, created_at desc nulls last, product_reference asc,
                currency_code asc, billing_interval asc, price_nickname asc, is_metered asc,
                unit_amount asc, usage_aggregation asc, is_live asc
        ) as version_number
    from typed
),

prices as (
    select
        {{ prefixed_id('stripe', 'source_relation', 'source_record_id') }} as price_id,
        {{ prefixed_id('stripe', 'source_relation', 'product_reference') }} as product_id,
        currency_code,
        billing_interval,
        price_nickname,
        -- No unit costs a million: more would not fit the product with a quantity.
        case when abs(unit_amount) < 100000000 then unit_amount end as unit_amount,
        is_metered,
        usage_aggregation,
        'stripe' as source_name,
        'price' as source_table,
        source_record_id,
        source_relation,
        version_number,
        created_at as recorded_at,
        synced_at,
        case when source_record_id is null then 'missing_key' end as quarantine_reason,
        case
            when source_record_id is not null and version_number > 1 then 'superseded'
            when not is_live then 'test_mode'
        end as ignore_reason
    from versioned
)

select * from prices
