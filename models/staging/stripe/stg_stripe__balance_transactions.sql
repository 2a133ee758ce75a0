-- grain: one row per source_relation, source_record_id, version_number
with

landed as (
    select * from {{ raw('stripe', 'balance_transaction') }}
),

typed as (
    select
        {{ trimmed('source_relation') }} as source_relation,
        {{ trimmed('id') }} as source_record_id,
        upper({{ trimmed('currency') }}) as currency_code,
        {{ minor_units('amount', 0) }} as gross_amount_minor,
        case when fee is null then 0 else {{ minor_units('fee', 0) }} end as fee_amount_minor,
        case
            when abs({{ exact_decimal('exchange_rate') }}) < 1000000000
                then cast({{ exact_decimal('exchange_rate') }} as decimal(18, 8))
        end as exchange_rate,
        -- The reporting category says more than the type (a dispute's type is "adjustment"), but
        -- old rows landed without it.
        lower(coalesce({{ trimmed('reporting_category') }}, {{ trimmed('type') }})) as category,
        coalesce(lower({{ trimmed('type') }}) = 'adjustment', false)
        and coalesce(substring({{ trimmed('source') }}, 1, 3) in ('dp_', 'du_'), false)
            as is_dispute_adjustment,
        {{ trimmed('source') }} as object_reference,
        {{ trimmed('payout_id') }} as payout_reference,
        {{ utc_timestamp('created') }} as occurred_at,
        {{ utc_timestamp('available_on') }} as available_at,
        {{ utc_timestamp('_fivetran_synced') }} as synced_at
    from landed
),

versioned as (
    select
        *,
        row_number() over (
            partition by source_relation, source_record_id
            order by
                synced_at desc nulls last, gross_amount_minor desc nulls last,
                fee_amount_minor desc nulls last, currency_code asc, exchange_rate asc,
                category asc, is_dispute_adjustment asc, object_reference asc,
                payout_reference desc nulls last, occurred_at asc, available_at asc
        ) as version_number
    from typed
),

balance_transactions as (
    select
        source_relation,
        source_record_id,
        version_number,
        currency_code,
        gross_amount_minor,
        fee_amount_minor,
        gross_amount_minor - fee_amount_minor as net_amount_minor,
        exchange_rate,
        object_reference,
        payout_reference,
        occurred_at,
        available_at,
        synced_at,
        category,
        case
            when category in ('charge', 'payment', 'partial_capture_reversal') then 'charge'
            when category in ('refund', 'payment_refund') then 'refund'
            when category = 'refund_failure' then 'refund_failure'
            when category in ('dispute', 'dispute_reversal') or is_dispute_adjustment
                then case when gross_amount_minor > 0 then 'dispute_reversal' else 'dispute' end
            when
                category in (
                    'fee', 'tax', 'network_cost', 'stripe_fee', 'stripe_fx_fee', 'tax_fee'
                )
                then 'fee'
            when category = 'payout' then 'payout'
            when category in ('payout_reversal', 'payout_failure', 'payout_cancel')
                then 'payout_reversal'
            when category like '%transfer%' then 'transfer'
            when category like 'topup%' then 'topup'
            when category like '%reserve%' or category like 'payout_minimum_balance%'
                then 'reserve'
            else 'adjustment'
        end as kind
    from versioned
)

select * from balance_transactions
