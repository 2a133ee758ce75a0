-- grain: one row per movement_id, finding
with

facts as (
    select * from {{ ref('int_billing_facts') }}
),

billing_findings as (
    select * from {{ ref('billing_findings') }}
),

both_sides as (
    select
        *,
        coalesce(
            billing_currency_code <> presentment_currency_code
            or invoice_currency_code <> presentment_currency_code, false
        ) as is_other_currency
    from facts
    where is_in_billing and is_at_processor
),

converted as (
    select
        both_sides.*,
        abs(both_sides.settlement_amount_minor - both_sides.converted_amount_minor)
        > billing_findings.limit_minor * both_sides.transaction_count as is_off
    from both_sides
    cross join billing_findings
    where
        both_sides.converted_amount_minor is not null
        and not both_sides.is_other_currency
        and billing_findings.finding = 'conversion_different'
),

evidence as (
    select
        movement_id,
        'accepted' as finding
    from facts
    where decision_id is not null
    union all
    select
        movement_id,
        'duplicate_charge' as finding
    from facts
    where
        earlier_reference is not null
        or (is_outside and billing_amount_minor < 0 and duplicate_reference is not null)
    union all
    select
        movement_id,
        'more_collected_than_due' as finding
    from facts
    where
        event_type = 'payment'
        and (
            (is_outside and billing_amount_minor < 0)
            or (
                is_at_processor
                and invoice_status = 'paid'
                and presentment_currency_code = invoice_currency_code
                and presentment_amount_minor > billing_amount_minor
                and collected_amount_minor > due_amount_minor
            )
        )
    union all
    select
        movement_id,
        'currency_different' as finding
    from both_sides
    where is_other_currency
    union all
    select
        movement_id,
        case
            when invoice_status = 'open' and collected_amount_minor < due_amount_minor
                then 'paid_in_part'
            else 'still_open_in_billing'
        end as finding
    from both_sides
    where event_type = 'payment' and invoice_status <> 'paid'
    union all
    select
        movement_id,
        case when is_off then 'conversion_different' else 'converted' end as finding
    from converted
    union all
    select
        movement_id,
        'amount_different' as finding
    from both_sides
    where difference_minor <> 0
    union all
    select
        movement_id,
        'refund_without_note' as finding
    from both_sides
    where event_type = 'refund' and coalesce(note_count, 0) = 0
)

select * from evidence
