-- Invariant: the lines of the summary sum to the exceptions behind them (L19).
-- Grain: leg, entity, currency, cause.
-- A row: a cause whose lines count other exceptions or other money than there is.
-- Then: compare the cause's rows in rpt_exception_queue with its lines in rpt_exception_summary.
with

exceptions as (
    select
        leg,
        entity_id,
        currency_code,
        cause,
        count(*) as exception_count,
        sum(open_amount) as gross_amount,
        sum(residual_amount) as net_amount,
        max(age_days) as age_days,
        min(priority) as priority
    from {{ ref('fct_exceptions') }}
    group by leg, entity_id, currency_code, cause
),

summary_lines as (
    select
        leg,
        entity_id,
        currency_code,
        cause,
        sum(exception_count) as exception_count,
        sum(gross_amount) as gross_amount,
        sum(net_amount) as net_amount,
        sum(open_amount) as open_amount,
        max(age_days) as age_days,
        min(priority) as priority
    from {{ ref('rpt_exception_summary') }}
    group by leg, entity_id, currency_code, cause
),

-- A document touches several accounts, so only the queue knows what is at stake once.
documents as (
    select
        leg,
        entity_id,
        currency_code,
        cause,
        sum(open_amount) as open_amount
    from {{ ref('rpt_exception_queue') }}
    group by leg, entity_id, currency_code, cause
),

compared as (
    select
        coalesce(exceptions.leg, summary_lines.leg) as leg,
        coalesce(exceptions.entity_id, summary_lines.entity_id) as entity_id,
        coalesce(exceptions.currency_code, summary_lines.currency_code) as currency_code,
        coalesce(exceptions.cause, summary_lines.cause) as cause,
        exceptions.exception_count,
        summary_lines.exception_count as summary_count,
        exceptions.gross_amount,
        summary_lines.gross_amount as summary_gross_amount,
        case
            when exceptions.leg is null or summary_lines.leg is null then 'one-sided'
            when exceptions.exception_count <> summary_lines.exception_count then 'count'
            when exceptions.gross_amount <> summary_lines.gross_amount then 'gross'
            when exceptions.net_amount <> summary_lines.net_amount then 'net'
            when (documents.open_amount is distinct from summary_lines.open_amount) then 'stake'
            when exceptions.age_days <> summary_lines.age_days then 'age'
            when exceptions.priority <> summary_lines.priority then 'priority'
            else 'ok'
        end as verdict
    from exceptions
    full outer join summary_lines
        on
            exceptions.leg = summary_lines.leg
            and exceptions.entity_id = summary_lines.entity_id
            and exceptions.currency_code = summary_lines.currency_code
            and exceptions.cause = summary_lines.cause
    left join documents
        on
            summary_lines.leg = documents.leg
            and summary_lines.entity_id = documents.entity_id
            and summary_lines.currency_code = documents.currency_code
            and summary_lines.cause = documents.cause
)

select * from compared
where verdict <> 'ok'
