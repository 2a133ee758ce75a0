-- grain: one row per source_relation, source_record_id, version_number
with

landed as (
    select * from {{ raw('plaid', 'transaction') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

-- Plaid counts money out as positive; here money in is.
typed as (
    select
        {{ trimmed('landed.source_relation') }} as source_relation,
        {{ trimmed('landed.transaction_id') }} as source_record_id,
        {{ trimmed('landed.account_id') }} as bank_account,
        cast({{ utc_timestamp('landed.date') }} as date) as posted_date,
        -({{ minor_units('landed.amount', 'currencies.exponent') }}) as amount_minor,
        upper({{ trimmed('landed.iso_currency_code') }}) as currency_code,
        currencies.currency_code is not null as is_known_currency,
        coalesce({{ trimmed('landed.name') }}, {{ trimmed('landed.merchant_name') }})
            as description,
        {{ trimmed('landed.payment_meta_reference_number') }} as reference_text,
        {{ truth('landed.pending', 'false') }} as is_pending,
        {{ truth('landed._fivetran_deleted', 'false') }} as is_deleted,
        {{ utc_timestamp('landed._fivetran_synced') }} as synced_at
    from landed
    left join currencies
        on upper({{ trimmed('landed.iso_currency_code') }}) = currencies.currency_code
),

versioned as (
    select
        *,
        row_number() over (
            partition by source_relation, source_record_id
            order by
                synced_at desc nulls last, amount_minor desc nulls last, posted_date asc,
                currency_code asc, bank_account asc, reference_text asc, description asc,
                is_pending asc, is_deleted asc
        ) as version_number
    from typed
),

-- A pending line is booked later under another id, mostly on another day and sometimes with another
-- amount; only what is booked is money at the bank.
bank_lines as (
    select
        {{ prefixed_id('plaid', 'source_relation', 'source_record_id') }} as bank_line_id,
        bank_account,
        posted_date,
        amount_minor,
        currency_code,
        description,
        reference_text,
        'plaid' as source_name,
        'transaction' as source_table,
        source_record_id,
        source_relation,
        version_number,
        cast(posted_date as {{ dbt.type_timestamp() }}) as recorded_at,
        synced_at,
        case
            when source_record_id is null then 'missing_key'
            when currency_code is null then 'missing_currency'
            when not is_known_currency then 'unknown_currency'
            when amount_minor is null then 'unreadable_amount'
            when posted_date is null then 'unreadable_time'
        end as quarantine_reason,
        case
            when source_record_id is null then null
            when version_number > 1 then 'superseded'
            when is_deleted then 'deleted'
            when is_pending then 'pending'
        end as ignore_reason
    from versioned
)

select * from bank_lines
