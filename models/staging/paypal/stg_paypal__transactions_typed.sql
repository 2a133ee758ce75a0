-- grain: one row per source_relation, source_record_id, version_number
with

landed as (
    select * from {{ raw('paypal', 'transaction') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

event_codes as (
    select * from {{ ref('processor_event_codes') }}
    where source_name = 'paypal'
),

typed as (
    select
        {{ trimmed('landed.source_relation') }} as source_relation,
        {{ trimmed('landed.transaction_id') }} as transaction_reference,
        upper({{ trimmed('landed.transaction_event_code') }}) as event_code,
        upper({{ trimmed('landed.transaction_status') }}) as status,
        upper({{ trimmed('landed.transaction_amount_currency_code') }}) as currency_code,
        currencies.currency_code is not null as is_known_currency,
        {{ minor_units('landed.transaction_amount_value', 'currencies.exponent') }}
            as gross_amount_minor,
        -- PayPal signs a fee from the account's side: what it charges is negative.
        case
            when landed.fee_amount_value is null then 0
            else -{{ minor_units('landed.fee_amount_value', 'currencies.exponent') }}
        end as fee_amount_minor,
        upper({{ trimmed('landed.fee_amount_currency_code') }}) as fee_currency_code,
        {{ minor_units('landed.ending_balance_value', 'currencies.exponent') }}
            as ending_balance_amount_minor,
        upper({{ trimmed('landed.ending_balance_currency_code') }})
            as ending_balance_currency_code,
        {{ trimmed('landed.paypal_reference_id') }} as reference_id,
        {{ trimmed('landed.invoice_id') }} as quoted_invoice_number,
        {{ trimmed('landed.custom_field') }} as quoted_invoice_reference,
        {{ utc_timestamp('landed.transaction_initiation_date') }} as occurred_at,
        {{ utc_timestamp('landed.transaction_updated_date') }} as updated_at,
        {{ utc_timestamp('landed._fivetran_synced') }} as synced_at
    from landed
    left join currencies
        on upper({{ trimmed('landed.transaction_amount_currency_code') }})
            = currencies.currency_code
),

-- The list may name a code in full or by its group, the first three characters.
with_kinds as (
    select
        typed.*,
        coalesce(whole_codes.kind, code_groups.kind) as listed_kind,
        coalesce(whole_codes.takes_whole_balance, code_groups.takes_whole_balance, false)
            as takes_whole_balance
    from typed
    left join event_codes as whole_codes
        on typed.event_code = whole_codes.event_code
    left join event_codes as code_groups
        on substring(typed.event_code, 1, 3) = code_groups.event_code
),

-- One id may come under two codes: that of the document, such as a payment, and that of a hold on
-- it. The document is called by the id, the other by id and code.
ranked as (
    select
        *,
        dense_rank() over (
            partition by source_relation, transaction_reference
            order by
                case
                    when listed_kind in ('reserve', 'conversion', 'fee', 'adjustment') then 1
                    else 0
                end asc,
                event_code asc
        ) as code_rank
    from with_kinds
),

identified as (
    select
        *,
        case
            when transaction_reference is null or event_code is null then null
            when code_rank = 1 then transaction_reference
            else transaction_reference || ':' || event_code
        end as source_record_id
    from ranked
),

transactions_typed as (
    select
        *,
        row_number() over (
            partition by source_relation, source_record_id
            order by
                synced_at desc nulls last, updated_at desc nulls last, status desc nulls last,
                gross_amount_minor desc nulls last, fee_amount_minor desc nulls last,
                currency_code asc, fee_currency_code asc, occurred_at asc, reference_id asc,
                quoted_invoice_number asc, quoted_invoice_reference asc,
                ending_balance_amount_minor asc, ending_balance_currency_code asc,
                transaction_reference asc, event_code asc
        ) as version_number
    from identified
)

select * from transactions_typed
