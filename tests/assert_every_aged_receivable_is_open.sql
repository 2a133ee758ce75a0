-- Invariant: what is in the ageing is open: not settled, and asked less settled is what is left.
-- Grain: entity, invoice, currency, month.
-- A row: an aged receivable that is paid, void or given up by now, or whose parts do not add up.
-- Then: list the invoice's entries on accounts_receivable; an event may lack a column in the ageing.
with

ageing as (
    select * from {{ ref('rpt_ar_ageing') }}
),

latest as (
    select
        entity_id,
        max(month_start) as month_start
    from {{ ref('int_reporting_months') }}
    group by entity_id
),

-- What a closed period took for open stays open in the books until its correction is posted, which may
-- be on a day that has not come.
still_to_come as (
    select distinct entries.invoice_id
    from {{ ref('int_posted_entries') }} as entries
    inner join {{ ref('int_entities') }} as entities
        on entries.entity_id = entities.entity_id
    where
        entries.account_role = 'accounts_receivable'
        and entries.correction_cause is not null
        and entries.entry_date > entities.as_of_date
        and entries.invoice_id is not null
),

-- Billing's word holds for the as-of date; what it said at an earlier month's end is gone.
judged as (
    select
        ageing.entity_id,
        ageing.invoice_id,
        ageing.currency_code,
        ageing.month_start,
        ageing.open_amount,
        invoices.status as invoice_status,
        case
            when ageing.open_amount = 0 and ageing.functional_open_amount = 0
                then 'nothing is open'
            when
                ageing.open_amount <> ageing.original_amount - ageing.paid_amount
                - ageing.credited_amount - ageing.applied_amount - ageing.written_off_amount
                then 'parts do not add up'
            when
                invoices.status in ('paid', 'void', 'uncollectible')
                and coalesce(
                    invoices.paid_date, invoices.voided_date, invoices.uncollectible_date,
                    ageing.aged_date
                ) <= ageing.aged_date
                and latest.month_start is not null
                and still_to_come.invoice_id is null
                then 'settled'
            else 'ok'
        end as status
    from ageing
    left join {{ ref('int_invoices') }} as invoices
        on ageing.invoice_id = invoices.invoice_id
    left join still_to_come
        on ageing.invoice_id = still_to_come.invoice_id
    left join latest
        on
            ageing.entity_id = latest.entity_id
            and ageing.month_start = latest.month_start
)

select * from judged
where status <> 'ok'
