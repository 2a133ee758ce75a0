-- grain: one row per leg, entity_id, subject_reference, cause, currency_code
with

exceptions as (
    select * from {{ ref('fct_exceptions') }}
),

break_items as (
    select * from {{ ref('int_break_items') }}
),

-- One wrong journal breaks every account it touches. A person works the document once: the rows of
-- a document without a reference are held together by their journal.
subjects as (
    select
        exceptions.exception_id,
        exceptions.leg,
        exceptions.entity_id,
        coalesce(
            exceptions.document_reference, break_items.journal_id, exceptions.item_id
        ) as subject_reference,
        exceptions.customer_id,
        exceptions.cause,
        exceptions.currency_code,
        exceptions.residual_amount,
        exceptions.open_amount,
        exceptions.document_date,
        exceptions.first_seen_date,
        exceptions.age_days,
        exceptions.age_bucket,
        exceptions.priority,
        exceptions.priority_name,
        exceptions.owner_team,
        exceptions.explanation,
        exceptions.suggested_action
    from exceptions
    inner join break_items
        on exceptions.item_id = break_items.item_id
),

ranked as (
    select
        *,
        row_number() over (
            partition by leg, entity_id, subject_reference, cause, currency_code
            order by open_amount desc, exception_id asc
        ) as exception_rank,
        row_number() over (
            partition by leg, entity_id, subject_reference, cause, currency_code
            order by age_days desc, exception_id asc
        ) as age_rank,
        row_number() over (
            partition by leg, entity_id, subject_reference, cause, currency_code
            order by priority asc, exception_id asc
        ) as priority_rank
    from subjects
),

-- Debits and credits of one journal are the same money seen twice: the larger side is at stake.
exception_queue as (
    select
        leg,
        entity_id,
        subject_reference,
        cause,
        currency_code,
        max(case when exception_rank = 1 then customer_id end) as customer_id,
        max(case when exception_rank = 1 then owner_team end) as owner_team,
        min(priority) as priority,
        max(case when priority_rank = 1 then priority_name end) as priority_name,
        max(age_days) as age_days,
        max(case when age_rank = 1 then age_bucket end) as age_bucket,
        min(first_seen_date) as first_seen_date,
        min(document_date) as document_date,
        cast(count(*) as bigint) as exception_count,
        cast(greatest(
            sum(case when residual_amount > 0 then residual_amount else 0 end),
            sum(case when residual_amount < 0 then -residual_amount else 0 end),
            max(case when residual_amount = 0 then open_amount else 0 end)
        ) as numeric(28, 4)) as open_amount,
        cast(sum(open_amount) as numeric(28, 4)) as gross_amount,
        cast(sum(residual_amount) as numeric(28, 4)) as net_amount,
        max(case when exception_rank = 1 then explanation end) as explanation,
        max(case when exception_rank = 1 then suggested_action end) as suggested_action
    from ranked
    group by
        leg,
        entity_id,
        subject_reference,
        cause,
        currency_code
)

select * from exception_queue
