-- grain: one row per source_relation, source_record_id, version_number
with

typed as (
    select * from {{ ref('stg_stripe__disputes_typed') }}
),

charges as (
    select * from {{ ref('stg_stripe__charges') }}
    where version_number = 1 and source_record_id is not null
),

invoices as (
    select * from {{ ref('stg_stripe__invoices') }}
    where ignore_reason is null and quarantine_reason is null
),

balance_transactions as (
    select * from {{ ref('stg_stripe__balance_transactions') }}
    where version_number = 1 and kind in ('dispute', 'dispute_reversal')
),

-- The dispute row names one balance transaction at most; each of them names the dispute.
movements as (
    select
        coalesce(source_relation, '') as relation_key,
        object_reference,
        min(case when gross_amount_minor < 0 then occurred_at end) as opened_at,
        max(case when gross_amount_minor > 0 then occurred_at end) as won_at
    from balance_transactions
    group by coalesce(source_relation, ''), object_reference
),

currencies as (
    select * from {{ ref('currencies') }}
),

disputes as (
    select
        {{ prefixed_id('stripe', 'typed.source_relation', 'typed.source_record_id') }}
            as dispute_id,
        typed.charge_reference,
        invoices.invoice_id,
        coalesce(charges.customer_id, invoices.customer_id) as customer_id,
        typed.currency_code,
        typed.amount_minor,
        typed.status,
        typed.reason,
        -- An inquiry (warning_*) moves no money. Any other dispute did, even when its balance
        -- transaction never landed.
        coalesce(
            movements.opened_at,
            case when typed.status not like 'warning%' then typed.created_at end
        ) as opened_at,
        movements.won_at,
        case
            when typed.status = 'lost' then coalesce(typed.decided_at, typed.created_at)
        end as lost_at,
        'stripe' as source_name,
        'dispute' as source_table,
        typed.source_record_id,
        typed.source_relation,
        typed.version_number,
        typed.created_at as recorded_at,
        typed.synced_at,
        case
            when typed.source_record_id is null then 'missing_key'
            when typed.currency_code is null then 'missing_currency'
            when currencies.currency_code is null then 'unknown_currency'
            when typed.amount_minor is null then 'unreadable_amount'
            when typed.created_at is null then 'unreadable_time'
            when typed.status is null then 'unknown_status'
        end as quarantine_reason,
        case
            when typed.source_record_id is not null and typed.version_number > 1 then 'superseded'
            when not typed.is_live or not charges.is_live then 'test_mode'
            when typed.status like 'warning%' and movements.opened_at is null then 'no_money_moved'
        end as ignore_reason
    from typed
    left join charges
        on
            typed.charge_reference = charges.source_record_id
            and coalesce(typed.source_relation, '') = coalesce(charges.source_relation, '')
    left join invoices
        on
            charges.invoice_reference = invoices.source_record_id
            and coalesce(charges.source_relation, '') = coalesce(invoices.source_relation, '')
    left join movements
        on
            typed.source_record_id = movements.object_reference
            and coalesce(typed.source_relation, '') = movements.relation_key
    left join currencies
        on typed.currency_code = currencies.currency_code
)

select * from disputes
