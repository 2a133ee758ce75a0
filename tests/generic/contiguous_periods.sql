{% test contiguous_periods(model) %}
-- Periods that leave a gap, overlap, end before they start, are closed after an open one, or are
-- closed without saying when.
with

periods as (
    select
        entity_id,
        period,
        start_date,
        end_date,
        status,
        closed_at,
        lag(end_date) over (partition by entity_id order by start_date, period) as previous_end_date,
        lag(status) over (partition by entity_id order by start_date, period) as previous_status
    from {{ model }}
)

select
    entity_id,
    period
from periods
where
    start_date > end_date
    or start_date <> cast({{ dbt.dateadd('day', 1, 'previous_end_date') }} as date)
    or (status = 'closed' and previous_status = 'open')
    or (status = 'closed' and closed_at is null)
    or (status = 'open' and closed_at is not null)
{% endtest %}
