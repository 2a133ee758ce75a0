{#- What kind of value a type holds, whatever an engine calls it: a number may come as an integer or as
    a decimal and is read the same, a number that comes as text is another kind. -#}
{% macro type_family(type_name) -%}
    {%- set name = type_name | string | lower -%}
    {%- if modules.re.match('(var)?char|text|string|character|bpchar|enum', name) -%}
        {{ return('text') }}
    {%- elif modules.re.match('u?(tiny|small|big|huge)?int|numeric|decimal|number|float|double|real', name) -%}
        {{ return('number') }}
    {%- elif name.startswith('bool') -%}
        {{ return('boolean') }}
    {%- elif modules.re.match('timestamp|datetime|date', name) -%}
        {{ return('time') }}
    {%- endif -%}
    {{ return(name) }}
{%- endmacro %}
