-- grain: one row per entity_id, account_role, currency_code, month_start, cause
with

items as (
    select * from {{ ref('fct_reconciliation_items') }}
),

reporting_months as (
    select * from {{ ref('int_reporting_months') }}
),

cause_classes as (
    select * from {{ ref('cause_classes') }}
),

-- What an item explains: a matched or pending one only moves money between months, one that waits for
-- a late source does so under a name of its own, a match by a rule
-- that leaves a difference leaves it under the rule's class, the rest its amount under its cause.
explained as (
    select
        items.entity_id,
        items.account_role,
        items.currency_code,
        cast({{ dbt.date_trunc('month', 'items.item_date') }} as date) as item_month,
        case
            when items.status = 'pending' then 'timing'
            when items.status = 'inconclusive' then 'inconclusive'
            when items.status = 'ignored' then 'ignored'
            when items.status in ('matched', 'suggested') and rule_classes.cause is not null
                then items.match_rule
            when items.status in ('matched', 'suggested') then 'timing'
            else items.cause
        end as cause,
        case when items.side = 'recorded' then items.amount else -items.amount end as amount,
        items.item_id
    from items
    inner join reporting_months
        on
            items.entity_id = reporting_months.entity_id
            and cast({{ dbt.date_trunc('month', 'items.item_date') }} as date)
            = reporting_months.month_start
            and items.item_date <= reporting_months.as_of_date
    left join cause_classes as rule_classes
        on items.match_rule = rule_classes.cause
    where
        items.leg = 'ledger'
        and items.account_role <> 'out_of_scope'
),

by_month as (
    select
        entity_id,
        account_role,
        currency_code,
        item_month,
        cause,
        sum(amount) as amount,
        count(*) as item_count,
        min(item_id) as first_item_id
    from explained
    group by
        entity_id,
        account_role,
        currency_code,
        item_month,
        cause
),

to_date as (
    select
        by_month.entity_id,
        by_month.account_role,
        by_month.currency_code,
        reporting_months.month_start,
        by_month.cause,
        sum(by_month.amount) as explained_amount,
        sum(by_month.item_count) as item_count,
        min(by_month.first_item_id) as first_item_id
    from by_month
    inner join reporting_months
        on
            by_month.entity_id = reporting_months.entity_id
            and by_month.item_month <= reporting_months.month_start
    group by
        by_month.entity_id,
        by_month.account_role,
        by_month.currency_code,
        reporting_months.month_start,
        by_month.cause
),

account_proof_causes as (
    select
        to_date.entity_id,
        to_date.account_role,
        to_date.currency_code,
        to_date.month_start,
        to_date.cause,
        cause_classes.cause_class,
        cast(to_date.explained_amount as numeric(28, 4)) as explained_amount,
        cast(to_date.item_count as bigint) as item_count,
        to_date.first_item_id
    from to_date
    left join cause_classes
        on to_date.cause = cause_classes.cause
    where to_date.explained_amount <> 0
)

select * from account_proof_causes
