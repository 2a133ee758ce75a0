-- grain: one row per item_id
with

items as (
    select * from {{ ref('fct_reconciliation_items') }}
),

ledger_accounts as (
    select * from {{ ref('int_ledger_accounts') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

-- The ledger lines behind each match: one, or several where a posting was split or edited.
posted as (
    select
        match_id,
        min(source_record_id) as ledger_line_id,
        count(*) as ledger_line_count
    from items
    where
        leg = 'ledger'
        and side = 'recorded'
        and match_id is not null
    group by match_id
),

-- A role that several accounts share leaves the choice of account to a person.
accounts as (
    select
        entity_id,
        account_role,
        case when count(*) = 1 then min(account_code) end as account_code
    from ledger_accounts
    where account_role is not null
    group by
        entity_id,
        account_role
),

journal_entries as (
    select
        items.item_id,
        {{ dbt.concat([
            'items.entity_id', "':'", 'items.event_type', "':'", 'items.document_reference', "':'",
            'cast(items.item_date as ' ~ dbt.type_string() ~ ')'
        ]) }} as batch_id,
        items.entity_id,
        items.item_date as posting_date,
        items.event_type,
        items.document_reference,
        items.account_role,
        accounts.account_code,
        items.customer_id,
        items.currency_code,
        cast(case when items.amount > 0 then items.amount else 0 end as numeric(28, 4))
            as debit_amount,
        cast(case when items.amount < 0 then -items.amount else 0 end as numeric(28, 4))
            as credit_amount,
        items.status,
        items.status in ('matched', 'suggested') as is_posted,
        posted.ledger_line_id,
        cast(coalesce(posted.ledger_line_count, 0) as bigint) as ledger_line_count
    from items
    inner join entities
        on
            items.entity_id = entities.entity_id
            and items.item_date <= entities.as_of_date
    left join posted
        on items.match_id = posted.match_id
    left join accounts
        on
            items.entity_id = accounts.entity_id
            and items.account_role = accounts.account_role
    where
        items.leg = 'ledger'
        and items.side = 'expected'
)

select * from journal_entries
