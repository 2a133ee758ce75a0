-- grain: one row per source_relation, source_record_id, version_number
with

typed as (
    select * from {{ ref('stg_paypal__transactions_typed') }}
),

-- Money that goes the other way than its code says is the undoing of it.
transactions as (
    select
        source_relation,
        source_record_id,
        version_number,
        transaction_reference,
        event_code,
        status,
        case
            when listed_kind = 'payout' and gross_amount_minor > 0 then 'payout_reversal'
            when listed_kind = 'dispute' and gross_amount_minor > 0 then 'dispute_reversal'
            when listed_kind = 'dispute_reversal' and gross_amount_minor < 0 then 'dispute'
            when listed_kind = 'refund' and gross_amount_minor > 0 then 'refund_failure'
            -- A payment that goes out pays somebody else: nothing in billing asks for it.
            when listed_kind = 'charge' and gross_amount_minor < 0 then 'adjustment'
            else listed_kind
        end as kind,
        takes_whole_balance and coalesce(gross_amount_minor, 0) <= 0 as is_sweep,
        currency_code,
        gross_amount_minor,
        fee_amount_minor,
        gross_amount_minor - fee_amount_minor as net_amount_minor,
        ending_balance_amount_minor,
        reference_id,
        quoted_invoice_number,
        quoted_invoice_reference,
        occurred_at,
        synced_at,
        case
            when source_record_id is null then 'missing_key'
            when currency_code is null then 'missing_currency'
            when not is_known_currency then 'unknown_currency'
            when gross_amount_minor is null or fee_amount_minor is null then 'unreadable_amount'
            when fee_amount_minor <> 0 and fee_currency_code <> currency_code
                then 'fee_in_another_currency'
            when occurred_at is null then 'unreadable_time'
            when coalesce(status, '') not in ('S', 'V', 'P', 'D') then 'unknown_status'
            when listed_kind is null then 'unknown_event_code'
        end as quarantine_reason,
        case
            when source_record_id is not null and version_number > 1 then 'superseded'
            when status = 'P' then 'payment_pending'
            when status = 'D' then 'denied'
            when listed_kind = 'none' then 'no_money_moved'
        end as ignore_reason
    from typed
)

select * from transactions
