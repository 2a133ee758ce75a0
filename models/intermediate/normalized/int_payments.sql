-- grain: one row per payment_id
with

readable as (
    select * from {{ from_sources(['billing_sources', 'processor_sources'], 'payments') }}
),

invoice_names as (
    select * from {{ ref('int_invoice_names') }}
),

-- A processor that is not the billing system does not know the invoice: the payment quotes it. Money
-- in another currency than the invoice's pays no part of it, but it is that customer's.
found as (
    select
        readable.*,
        coalesce(by_id.invoice_id, by_number.invoice_id) as named_invoice_id,
        case
            when readable.currency_code = coalesce(by_id.currency_code, by_number.currency_code)
                then coalesce(by_id.invoice_id, by_number.invoice_id)
        end as found_invoice_id,
        coalesce(by_id.customer_id, by_number.customer_id) as found_customer_id,
        {{ plays_role('readable.source_name', 'billing_sources') }} as is_of_billing
    from readable
    left join invoice_names as by_id
        on
            readable.entity_id = by_id.entity_id
            and lower(readable.quoted_invoice_reference) = by_id.quoted_name
    left join invoice_names as by_number
        on
            readable.entity_id = by_number.entity_id
            and lower(readable.quoted_invoice_number) = by_number.quoted_name
),

-- What billing says was paid outside, invoice by invoice, and what other processors hold of it: the
-- payments take it up in the order in which they came.
shared as (
    select
        *,
        coalesce(invoice_id, found_invoice_id) as paid_invoice_id,
        sum(case when is_out_of_band then amount_minor else 0 end) over (
            partition by entity_id, coalesce(invoice_id, found_invoice_id)
        ) as outside_amount_minor,
        sum(case when is_of_billing then 0 else amount_minor end) over (
            partition by entity_id, coalesce(invoice_id, found_invoice_id)
        ) as elsewhere_amount_minor,
        coalesce(sum(case when is_of_billing then 0 else amount_minor end) over (
            partition by entity_id, coalesce(invoice_id, found_invoice_id)
            order by paid_at asc, payment_id asc
            rows between unbounded preceding and 1 preceding
        ), 0) as elsewhere_before_amount_minor
    from found
),

measured as (
    select
        *,
        case
            when is_out_of_band and amount_minor > 0
                then cast(greatest(0, amount_minor - elsewhere_amount_minor) as bigint)
            else amount_minor
        end as left_amount_minor
    from shared
),

payments as (
    select
        payment_id,
        paid_invoice_id as invoice_id,
        coalesce(paid_invoice_id, named_invoice_id) as quoted_invoice_id,
        coalesce(customer_id, found_customer_id) as customer_id,
        currency_code,
        left_amount_minor as amount_minor,
        status,
        paid_at,
        {{ accounting_date('paid_at', 'entity_timezone') }} as paid_date,
        charge_reference,
        payment_reference,
        is_out_of_band,
        case when not is_out_of_band then source_name end as processor_name,
        case
            when is_of_billing then left_amount_minor
            when paid_invoice_id is null then 0
            else cast(greatest(0, least(
                    amount_minor, outside_amount_minor - elsewhere_before_amount_minor
                )) as bigint)
        end as billed_amount_minor,
        source_name,
        source_table,
        source_record_id,
        entity_id,
        recorded_at
    from measured
    where left_amount_minor <> 0 or not is_out_of_band
)

select * from payments
