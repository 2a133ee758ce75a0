-- Invariant: what a company takes over sums to 0, and every row of it reaches the books in full.
-- Grain: entity.
-- A row: a company whose opening rows leave a balance, are not all read, or owe service in the past.
-- Then: add the row of role opening_balances that the rest of the balance sheet holds, or mend the row.
with

written as (
    select
        coalesce(nullif(trim(entity_id), ''), 'main') as entity_id,
        count(*) as row_count,
        sum(
            case
                when
                    account_role = 'deferred_revenue'
                    and (
                        service_start_date < balance_date
                        or service_end_date <= service_start_date
                    )
                    then 1
                else 0
            end
        ) as past_service_count
    from {{ ref('opening_balances') }}
    group by coalesce(nullif(trim(entity_id), ''), 'main')
),

taken_over as (
    select
        entity_id,
        count(*) as row_count,
        sum(case when amount_minor = 0 or amount_minor is null then 1 else 0 end) as empty_count,
        sum(functional_amount_minor) as balance_minor
    from {{ ref('int_opening_balances') }}
    group by entity_id
),

posted as (
    select
        entity_id,
        count(*) as row_count
    from {{ ref('int_expected_entries') }}
    where event_type = 'opening_balance' and side = 'debit'
    group by entity_id
),

outside as (
    select
        entity_id,
        count(*) as row_count
    from {{ ref('int_opening_balances') }}
    where account_role = 'opening_balances'
    group by entity_id
),

judged as (
    select
        written.entity_id,
        written.row_count,
        taken_over.row_count as read_count,
        posted.row_count as posted_count,
        taken_over.balance_minor,
        case
            when taken_over.entity_id is null then 'no data of the company'
            when written.row_count <> taken_over.row_count or taken_over.empty_count > 0
                then 'rows that cannot be read'
            when written.past_service_count > 0 then 'service in the past'
            when taken_over.balance_minor <> 0 then 'does not sum to 0'
            when
                taken_over.row_count
                <> coalesce(posted.row_count, 0) + coalesce(outside.row_count, 0)
                then 'not posted'
            else 'ok'
        end as status
    from written
    left join taken_over
        on written.entity_id = taken_over.entity_id
    left join posted
        on written.entity_id = posted.entity_id
    left join outside
        on written.entity_id = outside.entity_id
)

select * from judged
where status <> 'ok'
