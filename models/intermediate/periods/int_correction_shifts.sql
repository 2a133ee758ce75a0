-- grain: one row per entity_id, account_role, month_start
with

period_corrections as (
    select * from {{ ref('int_period_corrections') }}
    where side = 'expected'
),

reporting_months as (
    select * from {{ ref('int_reporting_months') }}
),

-- A correction is missing on the day it belongs to and stands on the day it is posted.
moves as (
    select
        entity_id,
        account_role,
        original_date as move_date,
        -functional_amount_minor as shift_minor
    from period_corrections
    union all
    select
        entity_id,
        account_role,
        posted_date as move_date,
        functional_amount_minor as shift_minor
    from period_corrections
),

-- How far the posted balance is from that of the documents as they are now, at each month's end.
correction_shifts as (
    select
        moves.entity_id,
        moves.account_role,
        reporting_months.month_start,
        {{ major_units('sum(moves.shift_minor)', 'min(reporting_months.functional_exponent)') }}
            as shift_amount
    from moves
    inner join reporting_months
        on
            moves.entity_id = reporting_months.entity_id
            and moves.move_date <= reporting_months.month_end
            and moves.move_date <= reporting_months.as_of_date
    group by
        moves.entity_id,
        moves.account_role,
        reporting_months.month_start
)

select * from correction_shifts
