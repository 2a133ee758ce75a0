-- grain: one row per source_relation, source_record_id, version_number
with

landed as (
    select * from {{ raw('xero', 'journal_line') }}
),

organizations as (
    select * from {{ ref('stg_xero__organizations') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

-- Amounts are in the organisation's base currency, so its exponent must be known to read them.
typed as (
    select
        {{ trimmed('landed.source_relation') }} as source_relation,
        {{ trimmed('landed.journal_line_id') }} as source_record_id,
        {{ trimmed('landed.journal_id') }} as journal_reference,
        {{ trimmed('landed.account_id') }} as account_reference,
        {{ trimmed('landed.account_code') }} as account_code,
        organizations.base_currency_code as currency_code,
        currencies.currency_code is not null as is_known_currency,
        {{ minor_units('landed.net_amount', 'currencies.exponent') }} as amount_minor,
        {{ trimmed('landed.description') }} as line_text,
        {{ utc_timestamp('landed._fivetran_synced') }} as synced_at
    from landed
    left join organizations
        on coalesce({{ trimmed('landed.source_relation') }}, '') = organizations.relation_key
    left join currencies
        on organizations.base_currency_code = currencies.currency_code
),

journal_lines as (
    select
        source_relation,
        source_record_id,
        journal_reference,
        account_reference,
        account_code,
        currency_code,
        is_known_currency,
        amount_minor,
        line_text,
        synced_at,
        row_number() over (
            partition by source_relation, source_record_id
            order by
                synced_at desc nulls last, amount_minor desc nulls last, journal_reference asc,
                account_code asc, account_reference asc, line_text asc
        ) as version_number
    from typed
)

select * from journal_lines
