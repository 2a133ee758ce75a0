-- Invariant: where a processor says what was left after a transaction, our balance is the same (L10).
-- Grain: entity, processor, currency, month with such a transaction.
-- A row: a month end at which the processor's own figure and the sum of its transactions differ.
-- Then: a transaction has not landed, or its event code has a kind that moves no money.
with

stated as (
    select
        movements.entity_id,
        movements.processor_name,
        movements.currency_code,
        cast({{ dbt.date_trunc('month', 'movements.occurred_date') }} as date) as month_start,
        movements.ending_balance_amount_minor,
        -- Several rows may share the last second of a month: the balance is that of one of them.
        rank() over (
            partition by
                movements.entity_id, movements.processor_name, movements.currency_code,
                cast({{ dbt.date_trunc('month', 'movements.occurred_date') }} as date)
            order by movements.occurred_at desc
        ) as moment_rank
    from {{ ref('int_processor_transactions') }} as movements
    inner join {{ ref('int_entities') }} as entities
        on
            movements.entity_id = entities.entity_id
            and movements.occurred_date <= entities.as_of_date
    where movements.ending_balance_amount_minor is not null
),

-- A history that begins after the account has a balance from before.
openings as (
    select * from {{ ref('int_processor_openings') }}
),

compared as (
    select
        stated.entity_id,
        stated.processor_name,
        stated.currency_code,
        stated.month_start,
        max(balances.closing_balance) as closing_balance,
        max({{ major_units('stated.ending_balance_amount_minor', 'currencies.exponent') }})
            as stated_balance,
        max(case
            when
                balances.closing_balance
                = {{ major_units(
                    'stated.ending_balance_amount_minor - openings.opening_amount_minor',
                    'currencies.exponent'
                ) }}
                then 1
            else 0
        end) as agrees
    from stated
    inner join {{ ref('currencies') }} as currencies
        on stated.currency_code = currencies.currency_code
    inner join openings
        on
            stated.entity_id = openings.entity_id
            and stated.processor_name = openings.processor_name
            and stated.currency_code = openings.currency_code
    left join {{ ref('rpt_processor_balances') }} as balances
        on
            stated.entity_id = balances.entity_id
            and stated.processor_name = balances.processor_name
            and stated.currency_code = balances.currency_code
            and stated.month_start = balances.month_start
    where stated.moment_rank = 1
    group by
        stated.entity_id,
        stated.processor_name,
        stated.currency_code,
        stated.month_start
),

-- What cannot be read is in no balance here: it is listed in quarantine first.
unreadable as (
    select distinct
        entity_id,
        source_name
    from {{ ref('int_quarantined_rows') }}
)

select compared.*
from compared
left join unreadable
    on
        compared.entity_id = unreadable.entity_id
        and compared.processor_name = unreadable.source_name
where compared.agrees = 0 and unreadable.entity_id is null
