-- grain: one row per obligation_id, month_start
with

obligations as (
    select * from {{ ref('int_obligations') }}
),

long_service_months as (
    select * from {{ ref('int_long_service_months') }}
),

recognition_schedule as (
    select * from {{ ref('int_recognition_schedule') }}
    where scenario = 'in_force'
),

service_stops as (
    select * from {{ ref('int_service_stops') }}
    where scenario = 'in_force'
),

-- Service that stands still has no day on which it is earned: it waits among what is current.
running as (
    select long_service_months.*
    from long_service_months
    left join service_stops
        on
            long_service_months.obligation_id = service_stops.obligation_id
            and long_service_months.month_end >= service_stops.stopped_from
            and (
                service_stops.resumed_on is null
                or long_service_months.month_end < service_stops.resumed_on
            )
    where service_stops.obligation_id is null
),

in_force as (
    select
        running.obligation_id,
        running.month_start,
        running.served_units_a_year_on,
        running.total_units,
        running.total_units - running.served_units as unserved_units,
        running.total_units - running.served_units_a_year_on as unserved_units_a_year_on,
        recognition_schedule.consideration_minor,
        recognition_schedule.consideration_functional_minor,
        recognition_schedule.consideration_minor
        - recognition_schedule.earned_to_date_minor as deferred_minor,
        recognition_schedule.consideration_functional_minor
        - recognition_schedule.earned_functional_to_date_minor as deferred_functional_minor,
        recognition_schedule.earned_to_date_minor = {{ share_of_service(
            'recognition_schedule.consideration_minor',
            'running.served_units',
            'running.total_units'
        ) }} as is_spread_evenly
    from running
    inner join recognition_schedule
        on
            running.obligation_id = recognition_schedule.obligation_id
            and running.month_start = recognition_schedule.month_start
),

-- What was in force at the month end is carried on for a year. Where a reduction took from unserved
-- service alone, the consideration is not spread evenly any more, but the deferred balance is.
long_term_deferred as (
    select
        in_force.obligation_id,
        obligations.entity_id,
        obligations.customer_id,
        obligations.currency_code,
        obligations.functional_currency_code,
        in_force.month_start,
        case
            when in_force.is_spread_evenly
                then in_force.consideration_minor - {{ share_of_service(
                    'in_force.consideration_minor',
                    'in_force.served_units_a_year_on',
                    'in_force.total_units'
                ) }}
            else {{ share_of_service(
                'in_force.deferred_minor',
                'in_force.unserved_units_a_year_on',
                'in_force.unserved_units'
            ) }}
        end as long_term_amount_minor,
        case
            when in_force.is_spread_evenly
                then in_force.consideration_functional_minor - {{ share_of_service(
                    'in_force.consideration_functional_minor',
                    'in_force.served_units_a_year_on',
                    'in_force.total_units'
                ) }}
            else {{ share_of_service(
                'in_force.deferred_functional_minor',
                'in_force.unserved_units_a_year_on',
                'in_force.unserved_units'
            ) }}
        end as long_term_functional_amount_minor
    from in_force
    inner join obligations
        on in_force.obligation_id = obligations.obligation_id
)

select * from long_term_deferred
