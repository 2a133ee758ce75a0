-- grain: one row per entry_id, currency_code
with

suggested_lines as (
    select * from {{ ref('int_suggested_lines') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

worded_lines as (
    select
        suggested_lines.entry_id,
        suggested_lines.currency_code,
        suggested_lines.amount_minor,
        currencies.exponent,
        case when suggested_lines.amount_minor > 0 then 'Dr ' else 'Cr ' end
        || replace(suggested_lines.account_role, '_', ' ')
        || coalesce(' (' || suggested_lines.account_code || ')', '') || ' '
        || trim({{ money_text(
            'abs(suggested_lines.amount_minor)', 'currencies.exponent', "''"
        ) }}) as line_text,
        case when suggested_lines.amount_minor > 0 then 'a ' else 'b ' end
        || suggested_lines.account_role as line_order
    from suggested_lines
    inner join currencies
        on suggested_lines.currency_code = currencies.currency_code
),

-- Debits first, the currency once, at the end.
suggested_entries as (
    select
        entry_id,
        currency_code,
        {{ dbt.listagg('line_text', "', '", 'order by line_order') }}
        || ' ' || currency_code
        || case
            when sum(amount_minor) = 0 then ''
            else ' against the account where it stands now'
        end as entry_text,
        {{ money_text(
            'cast(greatest(
                sum(case when amount_minor > 0 then amount_minor else 0 end),
                sum(case when amount_minor < 0 then -amount_minor else 0 end)
            ) as bigint)', 'max(exponent)', 'currency_code'
        ) }} as size_text,
        cast(sum(amount_minor) as {{ dbt.type_bigint() }}) as open_amount_minor
    from worded_lines
    group by
        entry_id,
        currency_code
)

select * from suggested_entries
