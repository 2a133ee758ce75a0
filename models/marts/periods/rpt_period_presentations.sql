-- grain: one row per entity_id, account_role, side, period
with

period_figures as (
    select * from {{ ref('int_period_figures') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

period_presentations as (
    select
        period_figures.entity_id,
        period_figures.account_role,
        period_figures.side,
        period_figures.period,
        period_figures.start_date,
        period_figures.end_date,
        period_figures.status,
        entities.functional_currency_code as currency_code,
        {{ major_units('period_figures.first_reported_minor', 'entities.functional_exponent') }}
            as first_reported_amount,
        {{ major_units('period_figures.corrections_minor', 'entities.functional_exponent') }}
            as corrections_amount,
        {{ major_units('period_figures.as_corrected_minor', 'entities.functional_exponent') }}
            as as_corrected_amount,
        {{ major_units(
            'period_figures.of_earlier_periods_minor', 'entities.functional_exponent'
        ) }} as earlier_periods_amount,
        {{ major_units(
            'period_figures.first_reported_minor + period_figures.of_earlier_periods_minor',
            'entities.functional_exponent'
        ) }} as posted_amount
    from period_figures
    inner join entities
        on
            period_figures.entity_id = entities.entity_id
            and period_figures.start_date <= entities.as_of_date
)

select * from period_presentations
