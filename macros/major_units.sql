{% macro major_units(amount_minor, exponent) -%}
    cast(cast({{ amount_minor }} as numeric(24, 0)) * case {{ exponent }}
        when 0 then cast(1 as numeric(5, 4))
        when 2 then cast(0.01 as numeric(5, 4))
        when 3 then cast(0.001 as numeric(5, 4))
        when 4 then cast(0.0001 as numeric(5, 4))
    end as numeric(28, 4))
{%- endmacro %}
