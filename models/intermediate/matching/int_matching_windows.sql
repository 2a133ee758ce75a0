-- grain: one row per leg
with

matching_rules as (
    select
        *,
        case when counts_business_days then 'business_days' else 'calendar_days' end as clock
    from {{ ref('matching_rules') }}
    where is_enabled
),

-- The rules of one leg side by side, so that pairs are judged in one pass. A rule that is switched
-- off has no window, and nothing lies within no window.
matching_windows as (
    select
        leg,
        max(case when rule = 'exact' then 0 end) as exact_days,
        max(case when rule = 'posting_date' then date_window_days end) as posting_date_days,
        max(case when rule = 'posting_date' then clock end) as posting_date_clock,
        max(case when rule = 'other_period' then date_window_days end) as other_period_days,
        max(case when rule = 'other_period' then clock end) as other_period_clock,
        max(case when rule = 'tolerance' then date_window_days end) as tolerance_days,
        max(case when rule = 'tolerance' then clock end) as tolerance_clock,
        max(case when rule = 'tolerance' then amount_tolerance_minor end)
            as tolerance_amount_minor,
        max(case when rule = 'tolerance' then amount_tolerance_bps end) as tolerance_bps,
        max(case when rule = 'fx_timing' then date_window_days end) as fx_timing_days,
        max(case when rule = 'fx_timing' then clock end) as fx_timing_clock,
        max(case when rule = 'fx_timing' then amount_tolerance_minor end)
            as fx_timing_amount_minor,
        max(case when rule = 'proration' then date_window_days end) as proration_days,
        max(case when rule = 'proration' then clock end) as proration_clock,
        max(case when rule = 'proration' then amount_tolerance_minor end)
            as proration_amount_minor
    from matching_rules
    group by leg
)

select * from matching_windows
