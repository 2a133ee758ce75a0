-- Invariant: what alarms in usage is open or decided, and nothing that is in order is open (L1).
-- Grain: client, service, month and currency of the chain.
-- A row: money at stake that the queue does not show, or an item in the queue that nobody need act on.
-- Then: look at the items of that row in fct_reconciliation_items and at its findings.
with

findings as (
    select
        chain_id,
        sum(case when is_alarm then stake_amount_minor else 0 end) as stake_amount_minor,
        max(case when is_alarm then 1 else 0 end) as alarm_count,
        max(case when finding = 'not_due_yet' then 1 else 0 end) as waiting_count
    from {{ ref('int_usage_findings') }}
    group by chain_id
),

tolerances as (
    select max(amount_tolerance_minor) as amount_tolerance_minor
    from {{ ref('matching_rules') }}
    where leg = 'usage' and rule = 'tolerance' and is_enabled
),

-- An item that a reviewer settled, that is not due, or that is late and otherwise agrees says enough.
items as (
    select
        replace(replace(items.item_id, 'usage:expected:', ''), 'usage:recorded:', '') as chain_id,
        max(case
            when items.status = 'matched' and items.match_tier > 0 then 0 else 1
        end) as open_count,
        max(case
            when items.status in ('expected_only', 'recorded_only', 'discrepancy', 'suggested')
                and coalesce(exceptions.residual_amount, 1) <> 0
                then 1
            else 0
        end) as break_count
    from {{ ref('fct_reconciliation_items') }} as items
    left join {{ ref('fct_exceptions') }} as exceptions
        on coalesce(items.match_id, items.item_id) = exceptions.exception_id
    where items.leg = 'usage'
    group by replace(replace(items.item_id, 'usage:expected:', ''), 'usage:recorded:', '')
),

compared as (
    select
        coalesce(findings.chain_id, items.chain_id) as chain_id,
        findings.stake_amount_minor,
        case
            when
                findings.alarm_count = 1
                and abs(findings.stake_amount_minor)
                > coalesce(tolerances.amount_tolerance_minor, 0)
                and coalesce(items.open_count, 0) = 0
                then 'not in the queue'
            when
                coalesce(findings.alarm_count, 0) = 0
                and coalesce(findings.waiting_count, 0) = 0
                and items.break_count = 1
                then 'nothing to act on'
            else 'ok'
        end as verdict
    from findings
    full outer join items
        on findings.chain_id = items.chain_id
    cross join tolerances
)

select * from compared
where verdict <> 'ok'
