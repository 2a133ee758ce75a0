-- grain: one row per agreement_line_id, period_start_date
with

agreement_spans as (
    select * from {{ ref('int_agreement_spans') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

month_numbers as (
    {{ dbt.generate_series(1200) }}
),

-- Nothing can be compared in months before the first quantity that anybody wrote down.
first_quantities as (
    select
        entity_id,
        min(period_start_date) as first_period_start_date
    from {{ ref('int_quantity_rows') }}
    group by entity_id
),

first_months as (
    select
        agreement_spans.entity_id,
        entities.as_of_date,
        cast({{ dbt.date_trunc('month', 'greatest(
            min(agreement_spans.span_from),
            coalesce(max(first_quantities.first_period_start_date), min(agreement_spans.span_from))
        )') }} as date) as first_month_start
    from agreement_spans
    inner join entities
        on agreement_spans.entity_id = entities.entity_id
    left join first_quantities
        on agreement_spans.entity_id = first_quantities.entity_id
    group by agreement_spans.entity_id, entities.as_of_date
),

months as (
    select
        first_months.entity_id,
        first_months.as_of_date,
        cast({{ dbt.dateadd(
            'month', 'cast(month_numbers.generated_number as int) - 1',
            'first_months.first_month_start'
        ) }} as date) as period_start_date,
        cast({{ dbt.dateadd(
            'month', 'cast(month_numbers.generated_number as int)',
            'first_months.first_month_start'
        ) }} as date) as period_end_date
    from first_months
    cross join month_numbers
),

stretches as (
    select
        agreement_spans.agreement_line_id,
        agreement_spans.entity_id,
        agreement_spans.client_id,
        agreement_spans.service_id,
        months.period_start_date,
        months.period_end_date,
        months.as_of_date,
        {{ dbt.datediff('months.period_start_date', 'months.period_end_date', 'day') }}
            as days_in_period,
        greatest(agreement_spans.span_from, months.period_start_date) as stretch_from,
        least(
            coalesce(agreement_spans.span_to, months.period_end_date), months.period_end_date
        ) as stretch_to
    from agreement_spans
    inner join months
        on
            agreement_spans.entity_id = months.entity_id
            and agreement_spans.span_from < months.period_end_date
            and months.period_start_date
            < coalesce(agreement_spans.span_to, months.period_end_date)
    where months.period_start_date <= months.as_of_date
),

elapsed_stretches as (
    select
        *,
        least(stretch_to, greatest(
            stretch_from, cast({{ dbt.dateadd('day', 1, 'as_of_date') }} as date)
        )) as elapsed_to
    from stretches
),

-- A line that gives way for some days within a month has them in its days, not in its ends.
agreement_periods as (
    select
        agreement_line_id,
        period_start_date,
        period_end_date,
        entity_id,
        client_id,
        service_id,
        min(stretch_from) as active_from,
        max(stretch_to) as active_to,
        cast(sum({{ dbt.datediff('stretch_from', 'stretch_to', 'day') }}) as bigint) as active_days,
        cast(sum({{ dbt.datediff('stretch_from', 'elapsed_to', 'day') }}) as bigint)
            as elapsed_days,
        max(days_in_period) as days_in_period,
        as_of_date,
        (period_end_date <= cast({{ dbt.dateadd('day', 1, 'as_of_date') }} as date)) as is_complete
    from elapsed_stretches
    group by
        agreement_line_id,
        period_start_date,
        period_end_date,
        entity_id,
        client_id,
        service_id,
        as_of_date
)

select * from agreement_periods
