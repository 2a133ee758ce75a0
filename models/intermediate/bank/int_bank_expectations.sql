-- grain: one row per item_id
with

expected_items as (
    select * from {{ ref('int_expected_items') }}
    where leg = 'bank'
),

line_movements as (
    select * from {{ ref('int_bank_line_movements') }}
),

item_statuses as (
    select * from {{ ref('int_item_statuses') }}
),

accounts_of_matches as (
    select
        match_id,
        min(bank_account) as bank_account
    from line_movements
    where match_id is not null
    group by match_id
),

-- Money that has not arrived goes to the one account in its currency, where there is only one.
accounts_of_currencies as (
    select
        entity_id,
        currency_code,
        min(bank_account) as bank_account
    from line_movements
    group by
        entity_id,
        currency_code
    having min(bank_account) = max(bank_account)
),

bank_expectations as (
    select
        expected_items.item_id,
        item_statuses.match_id,
        item_statuses.status,
        expected_items.entity_id,
        coalesce(
            accounts_of_matches.bank_account, accounts_of_currencies.bank_account, 'not known'
        ) as bank_account,
        expected_items.currency_code,
        expected_items.item_date,
        expected_items.amount_minor
    from expected_items
    inner join item_statuses
        on expected_items.item_id = item_statuses.item_id
    left join accounts_of_matches
        on item_statuses.match_id = accounts_of_matches.match_id
    left join accounts_of_currencies
        on
            expected_items.entity_id = accounts_of_currencies.entity_id
            and expected_items.currency_code = accounts_of_currencies.currency_code
)

select * from bank_expectations
