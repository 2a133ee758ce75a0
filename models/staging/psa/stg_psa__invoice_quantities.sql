-- grain: one row per source_relation, source_record_id, version_number
with

landed as (
    select * from {{ raw('psa', 'invoice_line') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

typed as (
    select
        {{ trimmed('landed.source_relation') }} as source_relation,
        {{ trimmed('landed.invoice_line_id') }} as source_record_id,
        {{ trimmed('landed.invoice_number') }} as invoice_number,
        {{ trimmed('landed.client_reference') }} as client_reference,
        {{ trimmed('landed.service_reference') }} as service_reference,
        cast({{ utc_timestamp('landed.period_start') }} as date) as service_start_date,
        cast({{ utc_timestamp('landed.period_end') }} as date) as service_end_date,
        landed.period_end is not null and {{ utc_timestamp('landed.period_end') }} is null
            as has_unreadable_end,
        {{ millionths('landed.quantity') }} as quantity_millionths,
        {{ exact_price('landed.unit_price') }} as unit_price,
        landed.unit_price is not null and {{ exact_price('landed.unit_price') }} is null
            as has_unreadable_price,
        {{ minor_units('landed.amount', 'currencies.exponent') }} as amount_minor,
        upper({{ trimmed('landed.currency') }}) as currency_code,
        currencies.currency_code is not null as is_known_currency,
        {{ utc_timestamp('landed._loaded_at') }} as synced_at
    from landed
    left join currencies
        on upper({{ trimmed('landed.currency') }}) = currencies.currency_code
),

versioned as (
    select
        *,
        row_number() over (
            partition by source_relation, source_record_id
            order by
                synced_at desc nulls last, amount_minor desc nulls last,
                quantity_millionths desc nulls last, invoice_number asc, client_reference asc,
                service_reference asc, service_start_date asc, service_end_date asc,
                has_unreadable_end asc, unit_price asc, has_unreadable_price asc, currency_code asc
        ) as version_number
    from typed
),

invoice_quantities as (
    select
        {{ prefixed_id('psa', 'source_relation', 'source_record_id') }} as invoice_quantity_id,
        invoice_number,
        client_reference,
        service_reference,
        service_start_date,
        service_end_date,
        quantity_millionths,
        unit_price,
        amount_minor,
        currency_code,
        'psa' as source_name,
        'invoice_line' as source_table,
        source_record_id,
        source_relation,
        version_number,
        coalesce(synced_at, cast(service_start_date as {{ dbt.type_timestamp() }})) as recorded_at,
        synced_at,
        case
            when source_record_id is null then 'missing_key'
            when invoice_number is null then 'missing_invoice_number'
            when client_reference is null then 'missing_client'
            when service_reference is null then 'missing_service'
            when currency_code is null then 'missing_currency'
            when not is_known_currency then 'unknown_currency'
            when amount_minor is null then 'unreadable_amount'
            when quantity_millionths is null then 'unreadable_quantity'
            when has_unreadable_price then 'unreadable_price'
            when
                service_start_date is null or has_unreadable_end
                or service_end_date <= service_start_date
                then 'unreadable_time'
        end as quarantine_reason,
        case
            when source_record_id is not null and version_number > 1 then 'superseded'
        end as ignore_reason
    from versioned
)

select * from invoice_quantities
