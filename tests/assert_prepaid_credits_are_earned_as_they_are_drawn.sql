-- Invariant: lines are earned by draw-down exactly when policy sells their product as credits.
-- Grain: one row per obligation_id that fails.
-- A row: credits earned by time, a line that waits for usage no rule names, or wrong steps.
-- Then: give the product a row in prepaid_credits and in recognition_rules, or in neither.
with

drawn_down as (
    select
        obligation_id,
        convention
    from {{ ref('int_obligations') }}
    where convention = 'on_drawdown'
),

steps as (
    select
        obligation_id,
        served_units,
        total_units,
        lag(served_units, 1, 0) over (
            partition by obligation_id order by drawn_date
        ) as served_before_units,
        row_number() over (
            partition by obligation_id order by drawn_date desc
        ) as step_number_from_the_last
    from {{ ref('int_credit_drawdowns') }}
),

lines_with_steps as (
    select
        obligation_id,
        sum(case
            when served_units < served_before_units or served_units > total_units then 1
            when step_number_from_the_last = 1 and served_units <> total_units then 1
            else 0
        end) as wrong_step_count
    from steps
    group by obligation_id
),

judged as (
    select
        coalesce(drawn_down.obligation_id, lines_with_steps.obligation_id) as obligation_id,
        case
            when lines_with_steps.obligation_id is null then 'no_credits_to_draw_down'
            when drawn_down.obligation_id is null then 'credits_without_draw_down'
            when lines_with_steps.wrong_step_count > 0 then 'wrong_steps'
            else 'ok'
        end as status
    from drawn_down
    full join lines_with_steps
        on drawn_down.obligation_id = lines_with_steps.obligation_id
)

select
    obligation_id,
    status
from judged
where status <> 'ok'
