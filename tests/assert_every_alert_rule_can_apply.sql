-- Invariant: each row of alert_rules.csv has the limits its rule needs, and a place where it can apply.
-- Grain: row of alert_rules.csv.
-- A row: a limit that nobody set, so that the rule would never say anything and look as if all were well.
-- Then: fill in the column that the verdict names, or delete the row.
with

judged as (
    select
        rules.rule_id,
        rules.alert_rule,
        case
            when rules.clear_after_days < 1 then 'clear_after_days'
            when
                rules.alert_rule = 'new_unmatched'
                and rules.limit_count is null and rules.history_factor is null
                then 'limit_count or history_factor'
            when
                rules.alert_rule = 'new_unmatched' and rules.history_factor is not null
                and not coalesce(rules.history_weeks between 1 and 100, false)
                then 'history_weeks'
            when rules.alert_rule <> 'new_unmatched' and rules.weekday_number is not null
                then 'weekday_number'
            when
                rules.alert_rule = 'straggler'
                and (not coalesce(rules.limit_amount > 0, false) or rules.limit_hours is null)
                then 'limit_amount and limit_hours'
            when rules.alert_rule = 'drift' and not coalesce(rules.growth_weeks >= 1, false)
                then 'growth_weeks'
            when
                rules.alert_rule like 'concentration%'
                and (
                    rules.limit_amount is null
                    or not coalesce(rules.limit_share > 0 and rules.limit_share < 1, false)
                )
                then 'limit_share and limit_amount'
            when
                rules.alert_rule = 'decision_expiring'
                and not coalesce(rules.limit_days >= 0, false)
                then 'limit_days'
            when
                rules.alert_rule in (
                    'source_late', 'source_failed', 'proof_off', 'control_off', 'decision_expiring'
                )
                and (rules.leg is not null or rules.currency_code is not null)
                then 'leg and currency_code'
            else 'ok'
        end as verdict
    from {{ ref('alert_rules') }} as rules
)

select * from judged
where verdict <> 'ok'
