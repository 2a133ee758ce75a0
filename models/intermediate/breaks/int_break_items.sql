-- grain: one row per item_id
with

item_statuses as (
    select * from {{ ref('int_item_statuses') }}
    where status in ('suggested', 'discrepancy', 'expected_only', 'recorded_only')
),

items as (
    select * from {{ ref('int_items') }}
),

match_totals as (
    select * from {{ ref('int_match_totals') }}
),

expected_items as (
    select * from {{ ref('int_expected_items') }}
),

recorded_items as (
    select * from {{ ref('int_recorded_items') }}
),

-- An item that is linked sees both sides of its match; one that is alone sees zero opposite.
linked as (
    select
        items.item_id,
        items.side,
        items.leg,
        items.entity_id,
        item_statuses.status,
        item_statuses.due_date,
        items.account_role,
        items.currency_code,
        items.amount_minor,
        items.item_date,
        items.recorded_at,
        items.is_manual,
        item_statuses.match_id,
        match_totals.match_rule,
        coalesce(match_totals.match_tier, 99) as match_tier,
        coalesce(match_totals.is_cut_off, false) as is_cut_off,
        case
            when item_statuses.match_id is not null then match_totals.expected_item_id
            when items.side = 'expected' then items.item_id
        end as expected_item_id,
        case
            when item_statuses.match_id is not null then match_totals.recorded_item_id
            when items.side = 'recorded' then items.item_id
        end as recorded_item_id,
        case
            when item_statuses.match_id is not null then match_totals.expected_amount_minor
            when items.side = 'expected' then items.amount_minor
            else 0
        end as expected_amount_minor,
        case
            when item_statuses.match_id is not null then match_totals.recorded_amount_minor
            when items.side = 'recorded' then items.amount_minor
            else 0
        end as recorded_amount_minor
    from item_statuses
    inner join items
        on item_statuses.item_id = items.item_id
    left join match_totals
        on item_statuses.match_id = match_totals.match_id
),

break_items as (
    select
        linked.item_id,
        linked.side,
        linked.leg,
        linked.entity_id,
        linked.status,
        linked.due_date,
        linked.account_role,
        expected_items.event_type,
        coalesce(expected_items.document_reference, recorded_items.document_reference)
            as document_reference,
        linked.currency_code,
        linked.amount_minor,
        linked.item_date,
        linked.recorded_at,
        linked.is_manual,
        linked.match_id,
        linked.match_tier,
        linked.match_rule,
        linked.is_cut_off,
        linked.expected_item_id,
        linked.recorded_item_id,
        linked.expected_amount_minor,
        linked.recorded_amount_minor,
        linked.expected_amount_minor - linked.recorded_amount_minor as residual_amount_minor,
        expected_items.item_date as expected_date,
        recorded_items.item_date as recorded_date,
        expected_items.customer_id as expected_customer_id,
        recorded_items.customer_id as recorded_customer_id,
        expected_items.transaction_currency_code,
        expected_items.transaction_amount_minor,
        expected_items.part_count,
        expected_items.invoice_id,
        recorded_items.journal_id,
        recorded_items.journal_kind,
        recorded_items.unmapped_customer_reference,
        recorded_items.quoted_text,
        recorded_items.recorded_at as posting_recorded_at,
        recorded_items.source_record_id as recorded_record_id
    from linked
    left join expected_items
        on linked.expected_item_id = expected_items.item_id
    left join recorded_items
        on linked.recorded_item_id = recorded_items.item_id
)

select * from break_items
