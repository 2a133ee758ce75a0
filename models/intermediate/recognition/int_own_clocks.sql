-- grain: one row per scenario, obligation_id, boundary_date
with

clock_boundaries as (
    select * from {{ ref('int_clock_boundaries') }}
),

obligations as (
    select * from {{ ref('int_obligations') }}
),

credit_drawdowns as (
    select * from {{ ref('int_credit_drawdowns') }}
),

drawn_before as (
    select
        clock_boundaries.scenario,
        clock_boundaries.obligation_id,
        clock_boundaries.boundary_date,
        max(credit_drawdowns.drawn_date) as drawn_date
    from clock_boundaries
    inner join credit_drawdowns
        on
            clock_boundaries.obligation_id = credit_drawdowns.obligation_id
            and clock_boundaries.clock_date > credit_drawdowns.drawn_date
    group by
        clock_boundaries.scenario,
        clock_boundaries.obligation_id,
        clock_boundaries.boundary_date
),

own_clocks as (
    select
        clock_boundaries.scenario,
        clock_boundaries.obligation_id,
        clock_boundaries.boundary_date,
        coalesce(
            credit_drawdowns.served_units,
            {{ units_served(
                'obligations.convention',
                'obligations.service_start_date',
                'obligations.service_start_second',
                'obligations.service_end_date',
                'obligations.service_end_second',
                'clock_boundaries.clock_date'
            ) }}
        ) as served_units,
        coalesce(
            credit_drawdowns.total_units,
            {{ units_of_service(
                'obligations.convention',
                'obligations.service_start_date',
                'obligations.service_start_second',
                'obligations.service_end_date',
                'obligations.service_end_second'
            ) }}
        ) as total_units
    from clock_boundaries
    inner join obligations
        on clock_boundaries.obligation_id = obligations.obligation_id
    left join drawn_before
        on
            clock_boundaries.scenario = drawn_before.scenario
            and clock_boundaries.obligation_id = drawn_before.obligation_id
            and clock_boundaries.boundary_date = drawn_before.boundary_date
    left join credit_drawdowns
        on
            drawn_before.obligation_id = credit_drawdowns.obligation_id
            and drawn_before.drawn_date = credit_drawdowns.drawn_date
)

select * from own_clocks
