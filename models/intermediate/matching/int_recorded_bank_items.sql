-- grain: one row per item_id
with

bank_lines as (
    select * from {{ ref('int_bank_lines') }}
),

bank_line_classes as (
    select * from {{ ref('int_bank_line_classes') }}
),

-- A fee of the bank is known to nobody else: it is judged with the ledger, which books it. What a rule
-- declares to be none of revenue's business stays an item and is out of scope.
recorded_items as (
    select
        'bank:recorded:' || bank_lines.entity_id || ':' || bank_lines.source_name || ':'
        || bank_lines.source_record_id as item_id,
        'bank' as leg,
        bank_lines.bank_line_id,
        bank_lines.entity_id,
        case
            when bank_line_classes.line_class in ('payout', 'topup', 'external_payment')
                then 'cash'
            when bank_line_classes.line_class is not null then 'out_of_scope'
            else 'cash'
        end as account_role,
        bank_line_classes.document_reference,
        bank_line_classes.customer_id,
        bank_lines.currency_code,
        bank_lines.amount_minor,
        bank_lines.posted_date as item_date,
        bank_lines.recorded_at,
        bank_lines.source_name,
        bank_lines.source_table,
        bank_lines.source_record_id,
        coalesce(nullif(trim(bank_lines.reference_text), ''), trim(bank_lines.description))
            as quoted_text
    from bank_lines
    inner join bank_line_classes
        on bank_lines.bank_line_id = bank_line_classes.bank_line_id
    where coalesce(bank_line_classes.event_type, '') <> 'bank_fee'
)

select * from recorded_items
