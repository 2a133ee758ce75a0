"""What a pack holds besides its samples: proofs, exceptions, decisions, rules, counts and the SQL."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any, Callable, Iterator, NamedTuple

import duckdb

from audit.tables import Column, NotUsable, Table, ordered, plain, quoted, read
from audit.warehouse import Scope, Warehouse
from hash_marts import hash_marts, hash_of

# What the meta of a seed says whose rows cannot do without people's names.
QUOTES = "quotes_personal_data"


class Mart(NamedTuple):
    """A mart of the pack.

    `month` names columns that hold the first day of the month or the name of an accounting period; a row is
    taken if any of those that the mart has is of this month. `within` names a date that lies in it, `until` one
    that may not lie after its end. A mart with none of them comes whole. Rows are those of the company.
    Columns of `zero` must be 0 in every row, or the period does not tie.
    """

    name: str
    folder: str
    title: str
    month: tuple[str, ...] = ("month_start", "period")
    within: str = ""
    until: str = ""
    zero: tuple[str, ...] = ("residual_amount", "unknown_amount")


# The one list of what is taken. A mart that this build does not have is named in the manifest as absent.
MARTS = (
    Mart(
        "rpt_account_proofs", "proofs", "Account proofs: recorded, expected, and what explains the difference"
    ),
    Mart("rpt_account_proof_causes", "proofs", "Account proofs by cause"),
    Mart("rpt_account_movements", "proofs", "What moved each account, by event"),
    Mart("rpt_account_details", "proofs", "What stands behind each expected balance, by document"),
    Mart("rpt_trial_balance", "proofs", "Trial balance: the ledger's and the expected one"),
    Mart("rpt_income_statement", "proofs", "Income statement, expected and recorded"),
    Mart("rpt_deferred_revenue_rollforward", "proofs", "Deferred revenue from opening to closing"),
    Mart("rpt_deferred_revenue_rollforward_by_currency", "proofs", "Deferred revenue by currency"),
    Mart("rpt_revenue_bridge", "proofs", "From billed to collected, banked and recognised"),
    Mart("rpt_row_conservation", "proofs", "Every landed row: accepted, ignored or held back", month=()),
    Mart("fct_quarantined_rows", "proofs", "Landed rows that are held back", month=()),
    Mart(
        "rpt_processor_balances",
        "proofs",
        "Balance of each processor from opening to closing, and what it is made of",
        zero=("difference_amount",),
    ),
    Mart(
        "rpt_processor_accounts", "proofs", "Clearing accounts of each processor, expected and in the books"
    ),
    Mart("rpt_processor_clearing", "proofs", "What stands at each processor and on the way to the bank"),
    Mart(
        "rpt_payouts", "proofs", "Payouts sent in the period", within="sent_date", zero=("difference_amount",)
    ),
    Mart("rpt_billing_to_processor_summary", "proofs", "Billing against processor, by finding"),
    Mart("rpt_bank_reconciliation", "proofs", "Bank: statement against books"),
    Mart("rpt_ar_ageing", "proofs", "Receivables by invoice and age"),
    Mart("rpt_ar_by_customer", "proofs", "Receivables by customer and age"),
    Mart("rpt_customer_balances", "proofs", "Customer balances from opening to closing"),
    Mart("rpt_close_checklist", "proofs", "What must be true before the period closes"),
    Mart("rpt_period_closes", "proofs", "Where each period stands", until="start_date"),
    Mart(
        "rpt_period_corrections",
        "proofs",
        "Corrections of the period, and those of others that it takes up",
        month=("original_period", "posted_period"),
    ),
    Mart("rpt_period_presentations", "proofs", "As first reported and as corrected"),
    Mart("fct_exceptions", "exceptions", "Open differences, one row each", until="document_date"),
    Mart("rpt_exception_queue", "exceptions", "Open differences by document", until="document_date"),
    Mart("rpt_decision_findings", "exceptions", "Decisions that something is wrong with", until="decided_on"),
)

# Items of the period that were open at its end and found their counterpart afterwards.
SETTLED_LATER = """
    select
        items.item_id, items.leg, items.side, items.account_role, items.event_type,
        items.document_reference, items.item_date, items.currency_code, items.amount,
        items.match_id, items.match_rule, max(others.item_date) as settled_on
    from {items} as items
    inner join {items} as others
        on items.match_id = others.match_id and items.entity_id = others.entity_id
    where items.entity_id = ? and items.item_date <= ? and others.item_date > ?
    group by all
    order by {order}
"""

# A decision without an item that is known belongs to no company, so it is shown to all.
DECISIONS = """
    select given.*, states.decision_state, states.ends_on, states.successor_id
    from {given} as given
    inner join {states} as states on given.decision_id = states.decision_id
    where
        given.decided_on <= ?
        and (states.ends_on is null or states.ends_on >= ?)
        and (
            given.decision_id in (select decision_id from {items} where entity_id = ?)
            or given.decision_id not in (select decision_id from {items} where entity_id is not null)
        )
    order by given.decision_id
"""


def cut(warehouse: Warehouse, mart: Mart, scope: Scope) -> Table:
    """The rows of a mart for the company and the month."""
    kinds = dict(warehouse.columns(mart.name))
    where: list[str] = []
    parameters: list[Any] = []
    if "entity_id" in kinds:
        where.append("(entity_id = ? or entity_id is null)")
        parameters.append(scope.entity)
    if mart.until in kinds:
        where.append(f"{quoted(mart.until)} <= ?")
        parameters.append(scope.end)
    elif mart.within in kinds:
        where.append(f"{quoted(mart.within)} between ? and ?")
        parameters += [scope.start, scope.end]
    elif months := [name for name in mart.month if name in kinds]:
        tests = []
        for name in months:
            is_name = kinds[name] == "text"
            tests.append(f"{quoted(name)} in (select unnest(?))" if is_name else f"{quoted(name)} = ?")
            parameters.append(list(scope.names) if is_name else scope.start)
        where.append(f"({' or '.join(tests)})")
    sql = ordered(warehouse.relation(mart.name), list(kinds), " and ".join(where) or "true")
    columns, rows = read(warehouse.connection, sql, parameters)
    return Table(f"{mart.folder}/{mart.name}.csv", mart.title, columns, rows, sheet=mart.name)


def marts(warehouse: Warehouse, scope: Scope) -> tuple[list[Table], list[str]]:
    """(tables, names of the marts that this build does not have)."""
    present = [mart for mart in MARTS if warehouse.has(mart.name)]
    absent = [mart.name for mart in MARTS if not warehouse.has(mart.name)]
    return [cut(warehouse, mart, scope) for mart in present], absent


def settled_later(warehouse: Warehouse, scope: Scope) -> Table:
    """What was open at the end of the period and has been matched since."""
    order = ", ".join(f"{at} nulls first" for at in range(1, 13))
    sql = SETTLED_LATER.format(items=warehouse.relation("fct_reconciliation_items"), order=order)
    columns, rows = read(warehouse.connection, sql, [scope.entity, scope.end, scope.end])
    title = "Open at the end of the period, matched with something dated after it"
    return Table("exceptions/settled_after_period.csv", title, columns, rows, sheet="settled_after_period")


def decisions(warehouse: Warehouse, scope: Scope) -> Table:
    """Decisions given by the end of the period that had not ended by then."""
    title = "Decisions in force at the end of the period"
    path, sheet = "exceptions/review_decisions.csv", "review_decisions"
    names = {"given": "review_decisions", "states": "int_decisions", "items": "int_decision_items"}
    if not all(warehouse.has(name) for name in names.values()):
        return Table(path, title, [Column("decision_id", "text")], [], sheet)
    relations = {key: warehouse.relation(name) for key, name in names.items()}
    columns, rows = read(
        warehouse.connection, DECISIONS.format(**relations), [scope.end, scope.end, scope.entity]
    )
    return Table(path, title, columns, rows, sheet)


def account_map(warehouse: Warehouse, scope: Scope) -> Table:
    """Each ledger account of the company with the role it plays."""
    columns = [column.name for column in warehouse.columns("dim_accounts")]
    sql = ordered(warehouse.relation("dim_accounts"), columns, "entity_id = ?")
    found, rows = read(warehouse.connection, sql, [scope.entity])
    return Table(
        "rules/account_map.csv", "Ledger accounts and the roles they play", found, rows, "account_map"
    )


def counts(warehouse: Warehouse) -> tuple[Table, Table]:
    """(marts, landed tables), each with rows and hash, over all companies of the database."""
    kinds = [("rows", "integer"), ("sha256", "text")]
    hashed = hash_marts(warehouse.connection, warehouse.schema)
    marts_counted = Table(
        "counts/marts.csv",
        "Rows and hash of every mart",
        [Column("mart", "text"), *(Column(*kind) for kind in kinds)],
        [(name, rows, digest) for name, (rows, digest) in hashed.items()],
        "mart_counts",
    )
    landed = []
    for (source, table), relation in warehouse.landed_tables.items():
        schema, name = (part.replace('""', '"') for part in relation[1:-1].split('"."'))
        landed.append((source, table, *hash_of(warehouse.connection, schema, name)))
    columns = [Column("source_name", "text"), Column("source_table", "text")]
    raw = Table(
        "counts/raw_tables.csv",
        "Rows and hash of every landed table",
        columns + [Column(*kind) for kind in kinds],
        landed,
        "raw_counts",
    )
    return marts_counted, raw


def policy_files(project: Path) -> dict[str, bytes]:
    """{path in the pack: content} of every file of seeds/policy, as it is."""
    folder = project / "seeds" / "policy"
    if not folder.is_dir():
        raise NotUsable(f"{project}: no seeds/policy here; name the project's folder with --project")
    return {
        f"rules/policy/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def shown_rules(
    warehouse: Warehouse, files: dict[str, bytes], withheld: Callable[[str], str]
) -> dict[str, bytes]:
    """The rule files as the pack shows them: `withheld` takes names out of those that must quote names.

    Such a seed says so in its meta, `quotes_personal_data`.
    """
    quoting = {
        f"{node['name']}.csv"
        for node in warehouse.manifest.get("nodes", {}).values()
        if node["resource_type"] == "seed" and (node["config"].get("meta") or {}).get(QUOTES)
    }
    return {
        path: withheld(content.decode("utf-8")).encode("utf-8") if Path(path).name in quoting else content
        for path, content in files.items()
    }


def rules_loaded(warehouse: Warehouse, files: dict[str, bytes], project: Path) -> Table:
    """For each rule file that is a table: do the rows of the database equal those of the file?"""
    rows: list[tuple[Any, ...]] = []
    for path, content in files.items():
        name = Path(path).stem
        if not path.endswith(".csv"):
            continue
        if not warehouse.has(name):
            rows.append((path.split("/", 1)[1], None, content.count(b"\n"), "not in the database"))
            continue
        columns = [column.name for column in warehouse.columns(name)]
        casts = ", ".join(f"cast({quoted(column)} as varchar)" for column in columns)
        loaded = sorted(
            map(
                str,
                warehouse.connection.execute(f"select {casts} from {warehouse.relation(name)}").fetchall(),
            )
        )
        in_file = _rows_of_file(warehouse, project / "seeds" / path.split("/", 1)[1], name, columns)
        verdict = "the same" if in_file is not None and sorted(in_file) == loaded else "differs"
        rows.append((path.split("/", 1)[1], len(loaded), None if in_file is None else len(in_file), verdict))
    names = [
        ("file", "text"),
        ("rows_in_database", "integer"),
        ("rows_in_file", "integer"),
        ("finding", "text"),
    ]
    title = "Are the rule files those the database was built with?"
    return Table("rules/rules_loaded.csv", title, [Column(*name) for name in names], rows, "rules_loaded")


def _rows_of_file(warehouse: Warehouse, path: Path, name: str, columns: list[str]) -> list[str] | None:
    """Rows of a seed's file as the database would hold them, in its own types; None if they do not fit."""
    described = warehouse.connection.execute(f"describe {warehouse.relation(name)}").fetchall()
    # dbt takes an empty cell and the word null for a null, and leaves blanks around other texts alone.
    casts = ", ".join(
        f"cast(cast(case when lower(trim({quoted(column)})) not in ('', 'null') then {quoted(column)} end as {kind})"
        " as varchar)"
        for column, kind, *_ in described
    )
    location = str(path).replace("'", "''")
    sql = f"select {casts} from read_csv('{location}', all_varchar = true, header = true, delim = ',', quote = '\"')"
    try:
        return list(map(str, warehouse.connection.execute(sql).fetchall()))
    except duckdb.Error:
        return None


def compiled_nodes(warehouse: Warehouse) -> Iterator[tuple[str, dict[str, Any]]]:
    """('model' or 'control', node) of every model and every singular test of the manifest."""
    for _, node in sorted(warehouse.manifest.get("nodes", {}).items()):
        if node["resource_type"] == "model":
            yield "model", node
        elif node["resource_type"] == "test" and not node.get("test_metadata"):
            yield "control", node


def sql_files(warehouse: Warehouse, target: Path, project: Path) -> tuple[dict[str, bytes], Table, Table]:
    """(files, index, controls): compiled SQL, what became of each node, and what each control returns now.

    The name of the database is taken out of the SQL: it is the name of somebody's file, and without it the
    query runs in any copy of the database. A control is run here, so its rows are of this database.
    """
    files: dict[str, bytes] = {}
    index, controls = [], []
    for kind, node in compiled_nodes(warehouse):
        source = node["original_file_path"]
        own = project / source
        unchanged = (
            own.is_file() and own.read_text(encoding="utf-8").strip() == (node.get("raw_code") or "").strip()
        )
        compiled = target / "compiled" / node["package_name"] / source
        if not compiled.is_file():
            index.append((kind, node["name"], None, source, None, None, "not compiled in this target folder"))
            continue
        sql = compiled.read_text(encoding="utf-8").replace(f"{quoted(node['database'])}.", "").strip() + "\n"
        path = f"sql/{source}"
        files[path] = sql.encode("utf-8")
        finding = "as in the project" if unchanged else "differs from the project"
        digest = hashlib.sha256(files[path]).hexdigest()
        index.append((kind, node["name"], path, source, len(files[path]), digest, finding))
        if kind == "control":
            controls.append((node["name"], _says(sql), *_rows_returned(warehouse, sql)))
    names = "kind name path source_file bytes sha256 finding".split()
    columns = [Column(name, "integer" if name == "bytes" else "text") for name in names]
    table = Table("sql/index.csv", "Compiled SQL of every model and control", columns, index, "sql_index")
    columns = [Column("control", "text"), Column("invariant", "text"), Column("rows_returned", "integer")]
    columns.append(Column("finding", "text"))
    run = Table(
        "proofs/controls.csv",
        "Every control, run again: no row means it holds",
        columns,
        controls,
        "controls",
    )
    return files, table, run


def _says(sql: str) -> str:
    """The sentence a control proves: its first line."""
    first = io.StringIO(sql).readline().strip()
    return first.removeprefix("-- Invariant:").strip()


def _rows_returned(warehouse: Warehouse, sql: str) -> tuple[int | None, str]:
    """(rows, finding) of a control, run on this database."""
    try:
        rows = warehouse.one(f"select count(*) from ({sql}) as found")
    except duckdb.Error as error:
        return None, "does not run on this database: " + str(error).splitlines()[0]
    return rows, "holds" if rows == 0 else "red"


def fingerprint(table: Table) -> str:
    """One hash over the rows of a table of counts."""
    lines = [" ".join(plain(value, "text") for value in row) + "\n" for row in table.rows]
    return hashlib.sha256("".join(lines).encode()).hexdigest()
