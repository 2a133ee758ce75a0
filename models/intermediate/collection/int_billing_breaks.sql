-- grain: one row per movement_id
with

findings as (
    select * from {{ ref('int_billing_findings') }}
),

breaks_classified as (
    select
        *,
        coalesce(match_id, item_id) as exception_id
    from {{ ref('int_breaks_classified') }}
),

-- The same thing as the matching sees it: the items of the processor leg, and in the ledger and at the
-- bank what was paid outside every processor or pays no invoice.
breaks as (
    select
        findings.movement_id,
        findings.break_leg,
        breaks_classified.leg,
        breaks_classified.cause,
        breaks_classified.precedence,
        breaks_classified.exception_id
    from findings
    inner join breaks_classified
        on findings.expected_item_id = breaks_classified.item_id
    union all
    select
        findings.movement_id,
        findings.break_leg,
        breaks_classified.leg,
        breaks_classified.cause,
        breaks_classified.precedence,
        breaks_classified.exception_id
    from findings
    inner join breaks_classified
        on findings.recorded_item_id = breaks_classified.item_id
    union all
    select
        findings.movement_id,
        findings.break_leg,
        breaks_classified.leg,
        breaks_classified.cause,
        breaks_classified.precedence,
        breaks_classified.exception_id
    from findings
    inner join breaks_classified
        on
            findings.entity_id = breaks_classified.entity_id
            and findings.document_reference = breaks_classified.document_reference
    where
        findings.event_type = 'payment'
        and breaks_classified.status = 'expected_only'
        and (
            (
                findings.is_outside
                and (
                    breaks_classified.leg = 'bank'
                    or breaks_classified.event_type
                    in ('payment_out_of_band', 'payment_recovered_out_of_band')
                )
            )
            or (
                findings.invoice_id is null
                and breaks_classified.event_type = 'payment_unapplied'
            )
        )
),

ranked as (
    select
        *,
        row_number() over (
            partition by movement_id
            order by
                case when leg = break_leg then 0 else 1 end asc,
                precedence asc,
                exception_id asc
        ) as break_rank
    from breaks
),

billing_breaks as (
    select
        movement_id,
        leg,
        cause,
        exception_id
    from ranked
    where break_rank = 1
)

select * from billing_breaks
