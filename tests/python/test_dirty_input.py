"""Damaged raw rows: every control stays green, and a company beside the damaged one notices nothing."""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from conftest import GENERIC, PROJECT_ROOT, WAREHOUSE, run_dbt

sys.path.insert(0, str(PROJECT_ROOT / "scripts"))

from generate_company import main as generate_company  # noqa: E402

QUANTITIES = ("metering", "agreements", "vendor_counts", "psa")
LOADED = ("stripe", "xero", "bank_statement", *QUANTITIES)
UNTOUCHED = """
    livemode and status = 'paid' and charge_id is not null and amount_paid = total
    and id not in (select invoice_id from stripe.credit_note)
    and charge_id not in (select charge_id from stripe.refund)
    and charge_id not in (select charge_id from stripe.dispute)
    and id not in (select invoice_id from stripe.customer_balance_transaction where invoice_id is not null)
"""
LINES = "update stripe.invoice_line_item set {} where invoice_id = $invoice and source_relation = 'b'"
INVOICE = "update stripe.invoice set {} where id = $invoice and source_relation = 'b'"
CHARGE = "update stripe.charge set {} where invoice_id = $invoice and source_relation = 'b'"
REFUND = """insert into stripe.refund by name
    select 're_' || id as id, {} * amount as amount, currency, 'succeeded' as status, id as charge_id,
        created + interval '{}' day as created, _fivetran_synced, source_relation
    from stripe.charge where invoice_id = $invoice and source_relation = 'b'"""
NOTE = """insert into stripe.credit_note by name
    select 'cn_' || id as id, id as invoice_id, '{}' as type, 'issued' as status, {} * total as amount,
        {} * total as total, currency, created + interval '3' day as created,
        created as voided_at, _fivetran_synced, source_relation
    from stripe.invoice where id = $invoice and source_relation = 'b'"""

# One invoice each: what is done to it, and the reason its row must then be in quarantine for, if any.
DAMAGES = [
    (LINES.format("amount = amount + 1"), "lines_do_not_sum"),
    (LINES.format("period_end = period_start - interval 1 day"), "lines_do_not_sum"),
    (LINES.format("period_start = null, period_end = null"), None),
    (LINES.format("period_end = '2099-12-31'"), None),
    (LINES.format("period_end = '9999-12-31'"), "lines_do_not_sum"),
    (INVOICE.format("created = '1970-01-01', status_transitions_finalized_at = null"), "unreadable_time"),
    (LINES.format("currency = 'ngn'") + "; " + INVOICE.format("currency = 'ngn'"), "missing_rate"),
    (INVOICE.format("currency = ' ' || upper(currency) || ' '"), None),
    (INVOICE.format("amount_paid = null"), None),
    (INVOICE.format("total = null"), "unreadable_amount"),
    (INVOICE.format("id = ' ' || id || ' '"), None),
    (INVOICE.format("status_transitions_voided_at = created - interval 9 day, status = 'void'"), None),
    (CHARGE.format("currency = null"), None),
    (CHARGE.format("amount = amount - 1, amount_captured = amount - 1"), None),
    (CHARGE.format("id = id || '_moved'"), None),
    (CHARGE.format("created = created - interval 90 day"), None),
    (INVOICE.format("status_transitions_voided_at = created + interval 9 day, status = 'void'"), None),
    (REFUND.format(3, 5), None),
    (REFUND.format(1, -90), None),
    (REFUND.format(-1, 5), None),
    (NOTE.format("pre_payment", 3, 3), None),
    (NOTE.format("post_payment", 3, 3), None),
    (NOTE.format("post_payment", -1, -1), None),
]
# What landed is counted here, version by version, and every row of company a lands twice.
COUNTS_WHAT_LANDED = ("rpt_row_conservation", "rpt_source_health")
# Rows that name what never landed, or that nobody can place.
ORPHANS = [
    "insert into stripe.{} by name select * replace ({}) from stripe.{} where source_relation = 'b' limit 1".format(
        table, replaced, table
    )
    for table, replaced in [
        ("invoice_line_item", "'il_x' as id, 'il_x' as unique_id, 'in_x' as invoice_id"),
        ("charge", "'ch_x' as id, 'in_x' as invoice_id"),
        ("refund", "'re_x' as id, 'ch_x_unknown' as charge_id"),
        ("credit_note", "'cn_x' as id, 'in_x' as invoice_id"),
        ("credit_note", "null as id"),
        ("balance_transaction", "'txn_x' as id, 'ch_x_unknown' as source"),
        ("customer_balance_transaction", "'cb_x' as id, 'cn_y' as credit_note_id, 'credit_note' as type"),
        ("customer_balance_transaction", "'cb_y' as id, 'invented' as type"),
        ("payout", "null as id"),
    ]
] + [
    "insert into xero.journal_line by name select * replace ('x' as journal_line_id, 'x' as journal_id)"
    " from xero.journal_line where source_relation = 'b' limit 1",
    "insert into ecb.exchange_rate by name select * replace (date '1900-01-01' as rate_date)"
    " from ecb.exchange_rate limit 1",
    "insert into ecb.exchange_rate by name select * replace ('-999999999999' as rate) from ecb.exchange_rate limit 1",
]

# Quantities of company a, made of its invoices, every column as text so that it can be damaged.
LANDED_QUANTITIES = {
    "metering.usage_event": """
        'ev_' || id as event_id, 'calls' as meter_name, customer_id as client_reference,
        null as service_reference, '2.5' as quantity, created as occurred_at, created as recorded_at,
        null as corrects_event_id""",
    "vendor_counts.unit_count": """
        'n_' || id as unit_count_id, 'Nimbra' as vendor_name, created as count_date,
        customer_id as client_reference, 'growth_seats' as service_reference, '7' as quantity,
        '1' as inactive_quantity, 'standard' as licence_kind, null as cancelled_on, '1.5' as unit_cost,
        'usd' as currency, 'false' as is_estimated""",
    "psa.invoice_line": """
        'p_' || id as invoice_line_id, number as invoice_number, customer_id as client_reference,
        'support' as service_reference, created as period_start, null as period_end, '1' as quantity,
        null as unit_price, cast((total - coalesce(tax, 0)) * 0.01 as decimal(18, 2)) as amount,
        currency""",
    "agreements.agreement_line": """
        'ag_' || id as agreement_line_id, id as agreement_id, customer_id as client_reference,
        'growth_seats' as service_reference, 'vendor_count' as quantity_basis, 'last' as count_measure,
        null as committed_quantity, '1' as included_quantity, null as minimum_amount,
        'per_unit' as pricing_model, null as package_size, '3' as unit_price, null as unit_cost,
        null as proration, null as billing_timing, null as agreement_kind,
        null as bundled_in_service_reference, currency, created as effective_from, null as effective_to,
        created as updated_at""",
}
# One row each of company b: table, key, what is done to it, and the reason it is in quarantine for.
DAMAGED_QUANTITIES = [
    ("metering.usage_event", "ev_", "quantity = '2.5.1'", "unreadable_quantity"),
    ("metering.usage_event", "ev_", "client_reference = ' '", "missing_client"),
    ("metering.usage_event", "ev_", "occurred_at = '0000-00-00'", "unreadable_time"),
    ("metering.usage_event", "ev_", "client_reference = 'nobody'", None),
    ("vendor_counts.unit_count", "n_", "vendor_name = null", "missing_vendor"),
    ("vendor_counts.unit_count", "n_", "quantity = 'NaN'", "unreadable_quantity"),
    ("vendor_counts.unit_count", "n_", "quantity = '-1'", "impossible_quantity"),
    ("vendor_counts.unit_count", "n_", "licence_kind = 'unheard of'", "unknown_licence_kind"),
    ("vendor_counts.unit_count", "n_", "service_reference = 'unheard of'", None),
    ("vendor_counts.unit_count", "n_", "unit_count_id = ' ' || unit_count_id", None),
    ("psa.invoice_line", "p_", "amount = '0.01'", "lines_do_not_sum"),
    ("psa.invoice_line", "p_", "invoice_number = 'X-1'", "unknown_invoice"),
    ("psa.invoice_line", "p_", "quantity = '0.0000001'", "unreadable_quantity"),
    ("psa.invoice_line", "p_", "currency = 'qqq'", "unknown_currency"),
    ("agreements.agreement_line", "ag_", "pricing_model = 'barter'", "unknown_agreement_term"),
    ("agreements.agreement_line", "ag_", "unit_price = 'free'", "unreadable_price"),
    ("agreements.agreement_line", "ag_", "effective_to = '1066-10-14'", "unreadable_time"),
]


def load_quantities(connection: duckdb.DuckDBPyConnection) -> None:
    """Quantities of the company that has landed, one row for each invoice with cents."""
    for table, columns in LANDED_QUANTITIES.items():
        connection.execute(f"create schema if not exists {table.split('.')[0]}")
        connection.execute(
            f"create or replace table {table} as select columns(*)::varchar from ("
            f"select {columns}, _fivetran_synced as _loaded_at from stripe.invoice"
            " where livemode and status = 'paid' and currency <> 'jpy')"
        )


def damage_quantities(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str | None]:
    """Damage one row after the other of company b, from the last invoice down; what must be read of each."""
    expected: dict[tuple[str, str], str | None] = {}
    for number, (table, prefix, change, reason) in enumerate(DAMAGED_QUANTITIES):
        key = connection.execute(
            f"select {prefix!r} || id from stripe.invoice where {UNTOUCHED} and source_relation = 'a'"
            " and currency <> 'jpy' group by id order by id desc limit 1 offset ?", [number]
        ).fetchone()[0]  # fmt: skip
        column = connection.execute(f"select column_name from (describe {table}) limit 1").fetchone()[0]
        connection.execute(f"update {table} set {change} where source_relation = 'b' and {column} = ?", [key])
        expected[table.split(".")[1], key] = reason
    return expected


def load_two_companies(project: Path) -> None:
    """One generated company under relation a, and its copy, with the same ids, under relation b."""
    command = ["--seed", "61", "--customers", "20", "--months", "6", "--faults", "none", "--format", "duckdb"]
    command += ["--labels", str(project / "target" / "labels.csv"), "--out", str(project / WAREHOUSE)]
    assert generate_company(command) == 0
    rows = [f"{source},{relation},{relation},,USD,UTC," for source in LOADED for relation in "ab"]
    entities = project / "seeds" / "policy" / "entities.csv"
    entities.write_text("\n".join([entities.read_text(encoding="utf-8").strip(), *rows, ""]), encoding="utf-8")
    roles = project / "seeds" / "policy" / "account_roles.csv"
    roles.write_text(roles.read_text(encoding="utf-8").replace("\nmain,", "\n,"), encoding="utf-8")
    with duckdb.connect(str(project / WAREHOUSE)) as connection:
        load_quantities(connection)
        for table in raw_tables(connection):
            connection.execute(f"alter table {table} add column source_relation varchar default 'a'")


def raw_tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The raw tables that carry rows of a company."""
    listed = connection.execute(
        "select schema_name || '.' || table_name from duckdb_tables() where schema_name in ? order by 1",
        [list(LOADED)],
    )
    return [name for (name,) in listed.fetchall()]


def damage(project: Path) -> tuple[dict[str, str | None], dict[tuple[str, str], str | None]]:
    """Land the copy, every row of company a once more, and the damage to the copy; return what must be read of it."""
    expected = {}
    with duckdb.connect(str(project / WAREHOUSE)) as connection:
        found = connection.execute(f"select id from stripe.invoice where {UNTOUCHED} order by id").fetchall()
        assert len(found) >= len(DAMAGES)
        for table in raw_tables(connection):
            connection.execute(f"insert into {table} select * replace ('b' as source_relation) from {table}")
            connection.execute(f"insert into {table} select * from {table} where source_relation = 'a'")
            connection.execute(f"create or replace table {table} as select * from {table} order by hash(rowid)")
        connection.execute("alter table ecb.exchange_rate alter rate type varchar")
        connection.execute("alter table stripe.charge alter livemode type varchar")
        connection.execute("alter table stripe.invoice_line_item alter amount type varchar")
        connection.execute("alter table stripe.invoice_line_item alter amount type double using cast(amount as double)")
        for (invoice,), (statement, reason) in zip(found, DAMAGES):
            connection.execute(statement.replace("$invoice", f"'{invoice}'"))
            expected[invoice] = reason
        for statement in ORPHANS:
            connection.execute(statement)
        quantities = damage_quantities(connection)
    return expected, quantities


def marts_of(project: Path, entity: str) -> dict[str, tuple[int, int]]:
    """Rows and a hash of every mart that tells entities apart."""
    with duckdb.connect(str(project / WAREHOUSE), read_only=True) as connection:
        marts = connection.execute(
            "select table_name from duckdb_columns() where column_name = 'entity_id'"
            " and regexp_matches(table_name, '^(fct|dim|rpt)_') and table_name not in ?",
            [list(COUNTS_WHAT_LANDED)],
        ).fetchall()
        health = connection.execute(
            "select count(*), sum(cast(hash(source_name, table_name, status, complete_through_date) as hugeint))"
            " from rpt_source_health where entity_id = ?",
            [entity],
        ).fetchone()
        return {"health": health} | {
            mart: connection.execute(
                f"select count(*), sum(cast(hash(mart) as hugeint)) from main.{mart} as mart where entity_id = ?",
                [entity],
            ).fetchone()
            for (mart,) in marts
        }


def test_damaged_rows_stay_where_they_are(project_copy: Path) -> None:
    load_two_companies(project_copy)
    variables = {"demo": False}
    alone = run_dbt(project_copy, "build", "--exclude", "tag:demo", "--exclude-resource-type",
                    "unit_test", "test", variables=variables)
    assert alone.success, alone.messages
    before = marts_of(project_copy, "a")
    assert len(before) > 15 and before["fct_reconciliation_items"][0] > 1000

    expected, quantities = damage(project_copy)
    together = run_dbt(project_copy, "build", *GENERIC, "tag:demo", "--exclude-resource-type",
                       "unit_test", "seed", variables=variables)
    assert together.success, (together.failed, together.messages)
    assert marts_of(project_copy, "a") == before
    reasons = dict(together.query(
        "select source_record_id, reason from fct_quarantined_rows where entity_id = 'b' and source_table = 'invoice'"
    ))
    assert reasons == {invoice: reason for invoice, reason in expected.items() if reason is not None}
    orphans = together.query(
        "select source_record_id, reason from fct_quarantined_rows where source_record_id in"
        " ('il_x', 'cn_x', 'cb_x', 'cb_y', 'x')"
    )
    assert dict(orphans) == {
        "il_x": "parent_missing", "cn_x": "parent_missing", "cb_x": "parent_missing",
        "cb_y": "unknown_status", "x": "parent_missing",
    }
    damaged = together.query(
        "select source_table, source_record_id, reason from fct_quarantined_rows where entity_id = 'b'"
        " and source_table in ('usage_event', 'unit_count', 'invoice_line', 'agreement_line')"
    )
    found = {(table, key): reason for table, key, reason in damaged if (table, key) in quantities}
    assert found == {key: reason for key, reason in quantities.items() if reason is not None}
    unmapped = together.query(
        "select field, reference, row_count from int_unmapped_references where entity_id = 'b'"
        " and reference in ('nobody', 'unheard of') order by 1"
    )
    assert unmapped == [("client", "nobody", 1), ("service", "unheard of", 1)]
