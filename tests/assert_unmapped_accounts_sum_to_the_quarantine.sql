-- Invariant: lines on accounts without a role are quarantined, and listed by account in full (L1, L2).
-- Grain: entity, source, currency.
-- A row: a ledger whose listed accounts hold other lines or amounts than the quarantine.
-- Then: compare int_ledger_lines_mapped where the role is empty with int_quarantined_rows.
with

listed as (
    select
        entity_id,
        source_name,
        currency_code,
        sum(line_count) as line_count,
        sum(debit_amount) as debit_amount,
        sum(credit_amount) as credit_amount
    from {{ ref('rpt_unmapped_accounts') }}
    group by
        entity_id,
        source_name,
        currency_code
),

quarantined as (
    select
        entity_id,
        source_name,
        currency_code,
        count(*) as line_count,
        sum(greatest(amount, 0)) as debit_amount,
        sum(greatest(-amount, 0)) as credit_amount
    from {{ ref('fct_quarantined_rows') }}
    where reason = 'unmapped_account'
    group by
        entity_id,
        source_name,
        currency_code
),

compared as (
    select
        coalesce(quarantined.entity_id, listed.entity_id) as entity_id,
        coalesce(quarantined.source_name, listed.source_name) as source_name,
        coalesce(quarantined.currency_code, listed.currency_code) as currency_code,
        quarantined.line_count as quarantined_count,
        listed.line_count as listed_count,
        quarantined.debit_amount as quarantined_debit_amount,
        listed.debit_amount as listed_debit_amount,
        case
            when listed.entity_id is null then 'not listed'
            when quarantined.entity_id is null then 'not in quarantine'
            when
                listed.line_count <> quarantined.line_count
                or listed.debit_amount <> quarantined.debit_amount
                or listed.credit_amount <> quarantined.credit_amount
                then 'differs'
            else 'ok'
        end as status
    from quarantined
    full outer join listed
        on
            quarantined.entity_id = listed.entity_id
            and quarantined.source_name = listed.source_name
            and quarantined.currency_code = listed.currency_code
)

select * from compared
where status <> 'ok'
