-- grain: one row per movement_id, finding
with

facts as (
    select * from {{ ref('int_billing_facts') }}
),

billing_findings as (
    select * from {{ ref('billing_findings') }}
),

-- Money outside every processor may take some days to reach the bank.
outside as (
    select
        facts.*,
        facts.age_days <= billing_findings.window_days as is_on_its_way
    from facts
    cross join billing_findings
    where
        facts.is_outside
        and facts.billing_amount_minor > 0
        and billing_findings.finding = 'paid_without_charge'
),

one_sided as (
    select *
    from facts
    where is_in_billing <> is_at_processor and not is_outside
),

evidence as (
    select
        movement_id,
        'paid_outside_every_processor' as finding
    from outside
    where bank_amount_minor = billing_amount_minor
    union all
    select
        movement_id,
        'not_due_yet' as finding
    from outside
    where is_on_its_way
    union all
    select
        movement_id,
        'failed_payment_marked_paid' as finding
    from outside
    where attempt_count > 0 and collected_amount_minor = 0
    union all
    select
        movement_id,
        'less_collected_than_due' as finding
    from outside
    where collected_amount_minor > 0
    union all
    select
        movement_id,
        'paid_without_charge' as finding
    from outside
    union all
    select
        movement_id,
        'not_due_yet' as finding
    from one_sided
    where item_status = 'pending'
    union all
    select
        movement_id,
        'source_late' as finding
    from facts
    where item_status = 'inconclusive'
    union all
    select
        movement_id,
        case
            when event_type = 'payment' then 'charge_without_money'
            when event_type in ('refund', 'refund_failed') then 'refund_without_money'
            else 'dispute_without_money'
        end as finding
    from one_sided
    where is_in_billing and billing_amount_minor <> 0
    union all
    select
        movement_id,
        case
            when event_type = 'payment' then 'charge_without_invoice'
            when event_type in ('refund', 'refund_failed') and is_known_to_billing
                then 'refund_outside_billing'
            when event_type in ('refund', 'refund_failed') then 'refund_unknown_to_billing'
            when is_known_to_billing then 'dispute_outside_billing'
            else 'dispute_unknown_to_billing'
        end as finding
    from one_sided
    where is_at_processor
    union all
    select
        movement_id,
        'charge_without_invoice' as finding
    from facts
    where event_type = 'payment' and invoice_id is null and is_in_billing and is_at_processor
    union all
    select
        movement_id,
        'agreed' as finding
    from facts
)

select * from evidence
