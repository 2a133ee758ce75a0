-- grain: one row per search, item_id, search_key
with

residue as (
    select * from {{ ref('int_residue_after_reference') }}
),

break_searches as (
    select * from {{ ref('break_searches') }}
    where
        is_enabled
        and search in ('amount', 'other_role', 'other_currency', 'opposite_sign', 'customer')
),

day_offsets as (
    {{ dbt.generate_series(3) }}
),

-- What an item has in common with a candidate, as text that both sides write alike, and the
-- stretch of days it lies in: a stretch is longer than the window by a day.
looks as (
    select
        break_searches.search,
        residue.item_id,
        residue.side,
        residue.leg,
        residue.entity_id,
        residue.account_role,
        residue.currency_code,
        residue.item_date,
        break_searches.date_window_days,
        break_searches.largest_block,
        case break_searches.search
            when 'amount'
                then residue.account_role || '|' || residue.currency_code || '|'
                    || cast(residue.amount_minor as {{ dbt.type_string() }})
            when 'other_role'
                then residue.currency_code || '|'
                    || cast(residue.amount_minor as {{ dbt.type_string() }})
            when 'other_currency'
                then residue.account_role || '|'
                    || cast(residue.amount_minor as {{ dbt.type_string() }})
            when 'opposite_sign'
                then residue.account_role || '|' || residue.currency_code || '|'
                    || cast(
                        case residue.side
                            when 'expected' then residue.amount_minor else -residue.amount_minor
                        end as {{ dbt.type_string() }}
                    )
            else
                residue.account_role || '|' || residue.currency_code || '|' || residue.customer_id
        end as look,
        {{ integer_divide(
            dbt.datediff("cast('2000-01-01' as date)", 'residue.item_date', 'day'),
            'break_searches.date_window_days + 1'
        ) }} as stretch
    from residue
    cross join break_searches
),

-- A recorded item is found from its own stretch and from the one before and after it.
look_alike_keys as (
    select
        looks.search,
        looks.item_id,
        looks.side,
        looks.leg,
        looks.entity_id,
        looks.account_role,
        looks.currency_code,
        looks.item_date,
        looks.date_window_days,
        looks.largest_block,
        looks.look || '|' || cast(
            looks.stretch + day_offsets.generated_number - 2 as {{ dbt.type_string() }}
        ) as search_key
    from looks
    inner join day_offsets
        on looks.side = 'recorded' or day_offsets.generated_number = 2
    where looks.look is not null
)

select * from look_alike_keys
