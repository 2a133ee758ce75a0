-- grain: one row per item_id
with

items as (
    select * from {{ ref('fct_reconciliation_items') }}
    where status <> 'ignored'
),

-- Matched, billing only, ledger only: what a reviewer lays side by side. A discrepancy stands in
-- both outer columns, because neither side confirms the other.
exception_view as (
    select
        item_id,
        leg,
        entity_id,
        document_reference,
        account_role,
        event_type,
        item_date,
        currency_code,
        case when status in ('matched', 'suggested') then amount end as matched_amount,
        case
            when side = 'expected' and status not in ('matched', 'suggested') then amount
        end as billing_only_amount,
        case
            when side = 'recorded' and status not in ('matched', 'suggested') then amount
        end as ledger_only_amount,
        side,
        status,
        match_id,
        match_rule,
        cause,
        explanation
    from items
)

select * from exception_view
