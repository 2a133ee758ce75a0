-- Invariant: every row of policy about the queue can apply, and one always does.
-- Grain: policy table, its row in words.
-- A row: a team, priority or bucket that nothing can ever get, or the row for all the rest is missing.
-- Then: delete the row or make it more specific; add the row that has no condition.
with

owner_rules as (
    select
        owners.*,
        row_number() over (
            order by
                owners.customer_id asc, owners.entity_id asc, owners.minimum_amount asc,
                owners.cause asc, owners.leg asc, owners.currency_code asc, owners.owner_team asc
        ) as rule_number
    from {{ ref('exception_owners') }} as owners
),

legs as (
    select distinct leg
    from {{ ref('matching_rules') }}
),

-- For each row the exceptions that suit it best: of its smallest amount, of a customer, company and
-- currency that no other row names unless this one does, of every leg and cause it allows.
probes as (
    select
        owner_rules.rule_number,
        owner_rules.minimum_amount as amount,
        legs.leg,
        causes.cause,
        coalesce(owner_rules.customer_id, 'any other') as customer_id,
        coalesce(owner_rules.entity_id, 'any other') as entity_id,
        coalesce(owner_rules.currency_code, '-') as currency_code
    from owner_rules
    inner join legs
        on legs.leg = coalesce(owner_rules.leg, legs.leg)
    inner join {{ ref('causes') }} as causes
        on coalesce(owner_rules.cause, causes.cause) = causes.cause
),

contests as (
    select
        probes.rule_number,
        fitting.rule_number as fitting_number,
        row_number() over (
            partition by probes.rule_number, probes.leg, probes.cause
            order by
                case when fitting.customer_id is null then 1 else 0 end asc,
                case when fitting.entity_id is null then 1 else 0 end asc,
                fitting.minimum_amount desc,
                case when fitting.cause is null then 1 else 0 end asc,
                case when fitting.leg is null then 1 else 0 end asc,
                case when fitting.currency_code is null then 1 else 0 end asc,
                fitting.owner_team asc
        ) as fitting_rank
    from probes
    inner join owner_rules as fitting
        on
            coalesce(fitting.customer_id, probes.customer_id) = probes.customer_id
            and coalesce(fitting.entity_id, probes.entity_id) = probes.entity_id
            and probes.amount >= fitting.minimum_amount
            and coalesce(fitting.cause, probes.cause) = probes.cause
            and coalesce(fitting.leg, probes.leg) = probes.leg
            and coalesce(fitting.currency_code, probes.currency_code) = probes.currency_code
),

winners as (
    select distinct rule_number
    from contests
    where fitting_number = rule_number and fitting_rank = 1
),

findings as (
    select
        'exception_owners' as policy,
        coalesce(owner_rules.customer_id || ' ', '') || coalesce(owner_rules.entity_id || ' ', '')
        || coalesce(owner_rules.cause || ' ', '') || coalesce(owner_rules.leg || ' ', '')
        || coalesce(owner_rules.currency_code || ' ', '') || 'to ' || owner_rules.owner_team
        || ' never applies' as finding
    from owner_rules
    left join winners
        on owner_rules.rule_number = winners.rule_number
    where winners.rule_number is null
    union all
    select
        'exception_owners' as policy,
        'no row without a condition' as finding
    from owner_rules
    where
        customer_id is null and entity_id is null and minimum_amount = 0
        and cause is null and leg is null and currency_code is null
    having count(*) <> 1
    union all
    select
        'exception_priorities' as policy,
        priorities.priority_name || ' from ' || cast(priorities.minimum_amount as varchar(40))
        || ' never applies' as finding
    from {{ ref('exception_priorities') }} as priorities
    inner join {{ ref('exception_priorities') }} as stronger
        on
            priorities.priority >= stronger.priority
            and priorities.minimum_amount >= stronger.minimum_amount
            and priorities.minimum_age_days >= stronger.minimum_age_days
            and (
                priorities.priority > stronger.priority
                or priorities.minimum_amount > stronger.minimum_amount
                or priorities.minimum_age_days > stronger.minimum_age_days
            )
    union all
    select
        'exception_priorities' as policy,
        'no row without a condition' as finding
    from {{ ref('exception_priorities') }}
    having coalesce(min(minimum_amount + minimum_age_days), 1) > 0
    union all
    select
        'exception_age_buckets' as policy,
        'no bucket from day 0 on' as finding
    from {{ ref('exception_age_buckets') }}
    having min(minimum_age_days) is distinct from 0
)

select * from findings
