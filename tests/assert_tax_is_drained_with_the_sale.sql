-- Invariant: tax taken back never exceeds what was billed, and all of it goes with the whole sale.
-- Grain: invoice.
-- A row: an invoice whose tax_payable has the wrong sign, grew, or is left after all was taken back.
-- Then: list the invoice's entries on tax_payable with the reductions they belong to.
with

entries as (
    select * from {{ ref('int_expected_entries') }}
    where invoice_id is not null
),

-- An invoice that was given up may keep its tax or get it back: bad_debt_treatment says which.
given_up as (
    select distinct invoice_id
    from entries
    where event_type = 'invoice_uncollectible'
),

tax as (
    select
        invoice_id,
        sum(case when event_type = 'invoice_finalised' then -amount_minor else 0 end)
            as billed_minor,
        sum(-amount_minor) as left_minor
    from entries
    where account_role = 'tax_payable' and event_type <> 'opening_balance'
    group by invoice_id
),

sales as (
    select
        invoice_id,
        sum(case when event_type = 'invoice_finalised' then amount_minor else 0 end)
            as billed_minor,
        sum(case when event_type = 'invoice_finalised' then 0 else amount_minor end)
            as taken_back_minor
    from entries
    where
        side = 'debit'
        and component in ('net', 'recognised', 'deferred', 'tax', 'passthrough', 'excluded')
        and event_type in (
            'invoice_finalised', 'refund', 'refund_failed', 'credit_note_issued',
            'credit_note_voided', 'invoice_voided', 'dispute_opened', 'dispute_lost'
        )
    group by invoice_id
),

judged as (
    select
        tax.invoice_id,
        tax.billed_minor,
        tax.left_minor,
        sales.billed_minor as billed_gross_minor,
        sales.taken_back_minor,
        case
            -- Refunds below zero, which only damaged rows have, add to a sale: nothing is drained.
            when
                sign(sales.taken_back_minor) = -sign(sales.billed_minor)
                and sales.taken_back_minor <> 0
                then 'ok'
            when sign(tax.left_minor) = -sign(tax.billed_minor) and tax.left_minor <> 0
                then 'more taken back than billed'
            when abs(tax.left_minor) > abs(tax.billed_minor) then 'more left than billed'
            when
                given_up.invoice_id is null
                and sales.taken_back_minor = sales.billed_minor
                and tax.left_minor <> 0
                then 'left after all was taken back'
            else 'ok'
        end as status
    from tax
    inner join sales
        on tax.invoice_id = sales.invoice_id
    left join given_up
        on tax.invoice_id = given_up.invoice_id
)

select * from judged
where status <> 'ok'
