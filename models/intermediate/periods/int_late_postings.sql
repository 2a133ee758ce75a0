-- grain: one row per document_key, original_period
with

late_changes as (
    select * from {{ ref('int_late_changes') }}
),

accounting_periods as (
    select * from {{ ref('int_accounting_periods') }}
    where status = 'open' and not has_close
),

frozen_periods as (
    select * from {{ ref('int_frozen_periods') }}
),

-- A period that has not begun comes last. The latest open period is the one of the day of the change,
-- or else the last that has begun; the earliest is the first.
candidates as (
    select
        late_changes.document_key,
        late_changes.original_period,
        accounting_periods.period,
        accounting_periods.start_date,
        accounting_periods.end_date,
        row_number() over (
            partition by late_changes.document_key, late_changes.original_period
            order by
                case
                    when accounting_periods.start_date > late_changes.as_of_date then 3
                    when late_changes.choice = 'earliest_open_period' then 2
                    when
                        late_changes.is_dated
                        and late_changes.change_date
                        between accounting_periods.start_date and accounting_periods.end_date
                        then 0
                    else 1
                end,
                case late_changes.choice
                    when 'latest_open_period' then abs({{ dbt.datediff(
                        'accounting_periods.start_date', 'late_changes.as_of_date', 'day'
                    ) }})
                end,
                accounting_periods.start_date,
                accounting_periods.period
        ) as rank_of_period
    from late_changes
    inner join accounting_periods
        on late_changes.entity_id = accounting_periods.entity_id
),

last_frozen_days as (
    select
        entity_id,
        max(end_date) as end_date
    from frozen_periods
    group by entity_id
),

-- Where no period is open at all, a correction stands on the day after the last closed one.
late_postings as (
    select
        late_changes.document_key,
        late_changes.original_period,
        coalesce(candidates.period, 'not listed') as posted_period,
        case
            when
                late_changes.is_dated
                and late_changes.change_date between candidates.start_date and candidates.end_date
                then late_changes.change_date
            else coalesce(
                    candidates.start_date,
                    cast({{ dbt.dateadd('day', 1, 'last_frozen_days.end_date') }} as date)
                )
        end as posted_date
    from late_changes
    inner join last_frozen_days
        on late_changes.entity_id = last_frozen_days.entity_id
    left join candidates
        on
            late_changes.document_key = candidates.document_key
            and late_changes.original_period = candidates.original_period
            and candidates.rank_of_period = 1
)

select * from late_postings
