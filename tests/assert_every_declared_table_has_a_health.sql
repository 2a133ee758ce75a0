-- Invariant: every declared table of a source in use has one health, and none is healthy undated (L1).
-- Grain: entity, source, account, table.
-- A row: a table nobody watches, one that is watched twice, or one that is called healthy by default.
-- Then: look for the table in int_table_health, and for its account in int_source_relations.
{% set used = [] %}
{% for role in source_role_names() %}{% do used.extend(var(role, [])) %}{% endfor %}
with

declared as (
    {% for source_name, tables in read_tables().items() if source_name in used %}
        {% for table_name in tables %}
            select
                '{{ source_name }}' as source_name,
                '{{ table_name }}' as table_name
            union all
        {% endfor %}
    {% endfor %}
    select
        'none' as source_name,
        'none' as table_name
    where 1 = 0
),

accounts as (
    select
        entity_id,
        source_name,
        coalesce(source_relation, '-') as relation_key
    from {{ ref('int_source_rows') }}
    group by entity_id, source_name, coalesce(source_relation, '-')
),

-- Accounts that have landed rows, whatever the health models think of them.
expected as (
    select
        accounts.entity_id,
        accounts.source_name,
        accounts.relation_key,
        declared.table_name
    from accounts
    inner join declared
        on accounts.source_name = declared.source_name
),

reported as (
    select
        entity_id,
        source_name,
        relation_key,
        table_name,
        count(*) as row_count,
        max(
            case
                when
                    status = 'healthy'
                    and (complete_through_date is null or last_load_date is null)
                    then 1
                else 0
            end
        ) as undated_count,
        max(case when explanation is null or what_to_do is null then 1 else 0 end) as wordless_count
    from {{ ref('rpt_source_health') }}
    group by entity_id, source_name, relation_key, table_name
),

compared as (
    select
        coalesce(expected.entity_id, reported.entity_id) as entity_id,
        coalesce(expected.source_name, reported.source_name) as source_name,
        coalesce(expected.relation_key, reported.relation_key) as relation_key,
        coalesce(expected.table_name, reported.table_name) as table_name,
        case
            when reported.table_name is null then 'no health'
            when reported.row_count > 1 then 'several'
            when reported.undated_count = 1 then 'healthy by default'
            when reported.wordless_count = 1 then 'no words'
            else 'ok'
        end as verdict
    from expected
    full outer join reported
        on
            expected.entity_id = reported.entity_id
            and expected.source_name = reported.source_name
            and expected.relation_key = reported.relation_key
            and expected.table_name = reported.table_name
)

select * from compared
where verdict <> 'ok'
