-- grain: one row per entity_id, account_role, document_key, month_start
with

entries as (
    select * from {{ ref('int_expected_entries') }}
),

detail_keys as (
    select * from {{ ref('account_detail_keys') }}
),

reporting_months as (
    select * from {{ ref('int_reporting_months') }}
),

-- Money belongs to the payout that it left with, and the payout to itself.
with_payouts as (
    select
        *,
        case
            when event_type in ('payout_sent', 'payout_arrived', 'payout_failed')
                then source_name || ':' || source_record_id
            else counterparty_reference
        end as payout_key
    from entries
),

-- A document that the key does not fit, such as a payment without an invoice, stands for itself.
keyed as (
    select
        with_payouts.entity_id,
        with_payouts.account_role,
        coalesce(detail_keys.is_carried, false) as is_carried,
        coalesce(
            case detail_keys.detail_key
                when 'invoice' then with_payouts.invoice_id
                when 'customer' then with_payouts.customer_id
                when 'obligation' then with_payouts.obligation_id
                when 'payout' then with_payouts.payout_key
            end,
            with_payouts.source_name || ':' || with_payouts.document_reference
        ) as document_key,
        with_payouts.document_reference,
        with_payouts.customer_id,
        with_payouts.entry_date,
        with_payouts.functional_amount_minor
    from with_payouts
    left join detail_keys
        on with_payouts.account_role = detail_keys.account_role
),

account_documents as (
    select
        keyed.entity_id,
        keyed.account_role,
        keyed.is_carried,
        keyed.document_key,
        reporting_months.month_start,
        min(keyed.document_reference) as document_reference,
        min(keyed.customer_id) as customer_id,
        min(keyed.entry_date) as first_entry_date,
        cast(sum(greatest(keyed.functional_amount_minor, 0)) as bigint) as debit_minor,
        cast(sum(greatest(-keyed.functional_amount_minor, 0)) as bigint) as credit_minor,
        cast(sum(keyed.functional_amount_minor) as bigint) as movement_minor,
        count(*) as entry_count
    from keyed
    inner join reporting_months
        on
            keyed.entity_id = reporting_months.entity_id
            and cast({{ dbt.date_trunc('month', 'keyed.entry_date') }} as date)
            = reporting_months.month_start
            and keyed.entry_date <= reporting_months.as_of_date
    group by
        keyed.entity_id,
        keyed.account_role,
        keyed.is_carried,
        keyed.document_key,
        reporting_months.month_start
)

select * from account_documents
