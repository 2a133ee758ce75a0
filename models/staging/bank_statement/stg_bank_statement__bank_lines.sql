-- grain: one row per source_relation, source_record_id, version_number
with

landed as (
    select * from {{ raw('bank_statement', 'statement_line') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

typed as (
    select
        {{ trimmed('landed.source_relation') }} as source_relation,
        {{ trimmed('landed.statement_line_id') }} as source_record_id,
        {{ trimmed('landed.bank_account') }} as bank_account,
        cast({{ utc_timestamp('landed.posted_date') }} as date) as posted_date,
        {{ minor_units('landed.amount', 'currencies.exponent') }} as amount_minor,
        upper({{ trimmed('landed.currency') }}) as currency_code,
        currencies.currency_code is not null as is_known_currency,
        {{ trimmed('landed.description') }} as description,
        {{ trimmed('landed.reference') }} as reference_text,
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
                synced_at desc nulls last, amount_minor desc nulls last, posted_date asc,
                currency_code asc, bank_account asc, reference_text asc, description asc
        ) as version_number
    from typed
),

bank_lines as (
    select
        {{ prefixed_id('bank_statement', 'source_relation', 'source_record_id') }} as bank_line_id,
        bank_account,
        posted_date,
        amount_minor,
        currency_code,
        description,
        reference_text,
        'bank_statement' as source_name,
        'statement_line' as source_table,
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
            when source_record_id is not null and version_number > 1 then 'superseded'
        end as ignore_reason
    from versioned
)

select * from bank_lines
