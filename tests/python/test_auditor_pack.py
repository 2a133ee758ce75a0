"""The auditor's pack: complete, the same twice, verified byte by byte, safe to open, and without a name in it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import sys
import zipfile
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import openpyxl
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from audit.checks import residuals
from audit.contents import MARTS, cut, decisions, settled_later
from audit.privacy import WITHHELD, withholder
from audit.raw_rows import read_raw_rows
from audit.sampling import ALL, BY_UNIT, KEY, NO_VALUE, draw
from audit.tables import Column, NotUsable, Table, cell, csv_bytes, csv_rows, marked, unmarked
from audit.trails import NO_ROW
from audit.verify import difference
from audit.warehouse import Scope, Warehouse, scope_of
from audit.workbook import Book, is_short
from auditor_pack import main
from hash_marts import hash_marts

ROOT = Path(__file__).resolve().parents[2]
PERIOD, TIED_PERIOD = "2024-06", "2024-01"
FORMULAS = ["=1+1", "+cmd", "-2+3", "@x", "\tt", "\rr", "  =2", "\uff1d3", "'quoted", 'it\'s, "so"\nhere']


def arguments(run, database: Path, project: Path | None = None) -> list[str]:
    """The options that name the inputs of a built demo."""
    folder = project or run.project
    return ["--database", str(database), "--project", str(folder), "--target", str(run.target)]


def write(run, out: Path, database: Path | None = None, period: str = PERIOD, **options) -> int:
    """Write a pack; return the exit code."""
    extra = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    command = ["--period", period, "--entity", "main", "--out", str(out), *extra]
    return main(command + arguments(run, database or run.database))


def content(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rows(folder: Path, path: str) -> list[dict[str, str]]:
    """Rows of a CSV of a pack as dicts."""
    with (folder / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def pack(built_demo, tmp_path_factory) -> Path:
    """The pack of a month of the demo."""
    out = tmp_path_factory.mktemp("packs") / "pack"
    assert write(built_demo, out) == 0
    return out


@pytest.fixture
def database(built_demo, tmp_path) -> Path:
    """A copy of the demo's database that a test may change; its name is another one."""
    path = tmp_path / "another name.duckdb"
    shutil.copy2(built_demo.database, path)
    return path


def change(database: Path, *statements: str) -> None:
    """Run statements on a database."""
    with duckdb.connect(str(database)) as connection:
        for statement in statements:
            connection.execute(statement)


# --- what is in it ---------------------------------------------------------------------------------


@pytest.mark.dbt
def test_the_manifest_lists_every_file_with_its_size_rows_and_hash(pack):
    manifest = json.loads((pack / "manifest.json").read_text(encoding="utf-8"))
    files = content(pack)
    listed = {entry["path"]: entry for entry in manifest["files"]}
    assert set(listed) == set(files) - {"manifest.json"}
    for path, entry in listed.items():
        assert entry["bytes"] == len(files[path])
        assert entry["sha256"] == hashlib.sha256(files[path]).hexdigest()
        if path.endswith(".csv") and not path.startswith("rules/policy/"):
            assert entry["rows"] == len(csv_rows(files[path])) - 1, path
    assert (manifest["entity"], manifest["period"], manifest["period_end"]) == ("main", PERIOD, "2024-06-30")
    assert set(manifest["made_with"]) == {"dbt", "duckdb", "xlsxwriter"}
    text = (pack / "manifest.json").read_text(encoding="utf-8") + (pack / "README.md").read_text(
        encoding="utf-8"
    )
    assert str(pack.parent) not in text and str(ROOT) not in text and "warehouse" not in text


@pytest.mark.dbt
def test_the_proofs_are_those_of_the_month(built_demo, pack):
    recorded = built_demo.query(
        "select account_role, recorded_balance, residual_amount from rpt_account_proofs "
        "where entity_id = 'main' and month_start = '2024-06-01' order by account_role"
    )
    found = [
        (row["account_role"], Decimal(row["recorded_balance"]), Decimal(row["residual_amount"]))
        for row in rows(pack, "proofs/rpt_account_proofs.csv")
    ]
    assert found == recorded
    manifest = json.loads((pack / "manifest.json").read_text(encoding="utf-8"))
    for mart in MARTS:
        present = (pack / mart.folder / f"{mart.name}.csv").is_file()
        assert present is not (mart.name in manifest["absent_marts"]), mart.name
    later = [
        row for row in rows(pack, "exceptions/fct_exceptions.csv") if row["document_date"] > "2024-06-30"
    ]
    assert not later


@pytest.mark.dbt
def test_rules_counts_and_sql_are_those_of_the_build(built_demo, pack):
    for path in sorted((built_demo.project / "seeds" / "policy").rglob("*")):
        if path.is_file():
            copy = pack / "rules" / "policy" / path.relative_to(built_demo.project / "seeds" / "policy")
            if path.name == "client_mappings.csv":
                # It quotes the names of eight clients.
                assert copy.read_text(encoding="utf-8").count(WITHHELD) == 8
            else:
                assert copy.read_bytes() == path.read_bytes()
    assert {row["finding"] for row in rows(pack, "rules/rules_loaded.csv")} == {"the same"}
    with duckdb.connect(str(built_demo.database), read_only=True) as connection:
        hashed = hash_marts(connection)
    assert {
        row["mart"]: (int(row["rows"]), row["sha256"]) for row in rows(pack, "counts/marts.csv")
    } == hashed
    index = rows(pack, "sql/index.csv")
    models = {path.stem for path in (built_demo.project / "models").rglob("*.sql")}
    assert {row["name"] for row in index if row["kind"] == "model"} == models
    assert {row["finding"] for row in index} == {"as in the project"}
    for row in index:
        assert hashlib.sha256((pack / row["path"]).read_bytes()).hexdigest() == row["sha256"]
    controls = {path.stem for path in (built_demo.project / "tests").glob("assert_*.sql")}
    run = rows(pack, "proofs/controls.csv")
    assert {row["control"] for row in run} == controls
    assert {row["finding"] for row in run} == {"holds"}
    # The SQL runs as it is, on any copy of the database.
    trial_balance = (pack / "sql/models/marts/balances/rpt_trial_balance.sql").read_text(encoding="utf-8")
    assert built_demo.query(trial_balance)


@pytest.mark.dbt
def test_a_period_that_ties_says_so_and_one_that_does_not_says_where(built_demo, tmp_path, capsys):
    assert write(built_demo, tmp_path / "tied", period=TIED_PERIOD) == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"main, {TIED_PERIOD}: the period ties.") and "RED" not in printed
    wires = built_demo.query(
        "select open_amount, currency_code, document_date from fct_exceptions "
        "where document_date <= '2024-06-30' and (cause = 'unknown' or cause like 'unexplained%')"
    )
    assert wires, "the demo's labels have wires that nobody explains"
    assert write(built_demo, tmp_path / "open") == 0
    printed = capsys.readouterr().out
    assert printed.startswith(f"main, {PERIOD}: the period does not tie. See ")
    for amount, currency, day in wires:
        assert f" {amount:,.2f} {currency} of {day}" in printed


@pytest.mark.dbt
def test_an_unexplained_cent_is_named_with_its_account(built_demo, database, tmp_path, capsys):
    change(
        database,
        "update rpt_account_proofs set unknown_amount = 0.01 "
        "where account_role = 'deferred_revenue' and month_start = '2024-01-01'",
    )
    assert write(built_demo, tmp_path / "pack", database, TIED_PERIOD) == 0
    printed = capsys.readouterr().out
    assert "RED   accounts" in printed
    assert "deferred_revenue 0.01 of unknown cause" in printed


@pytest.mark.dbt
def test_marts_that_are_not_there_are_named(built_demo, database, tmp_path, capsys):
    change(database, "drop table rpt_revenue_bridge")
    assert write(built_demo, tmp_path / "pack", database) == 0
    manifest = json.loads((tmp_path / "pack" / "manifest.json").read_text(encoding="utf-8"))
    assert "rpt_revenue_bridge" in manifest["absent_marts"]
    assert not (tmp_path / "pack" / "proofs" / "rpt_revenue_bridge.csv").exists()
    assert "rpt_revenue_bridge" in capsys.readouterr().out


@pytest.mark.dbt
def test_rules_and_sql_of_another_project_are_named(built_demo, built_copy, tmp_path, capsys):
    rules = built_copy / "seeds" / "policy" / "matching_rules.csv"
    lines = rules.read_text(encoding="utf-8").splitlines()
    rules.write_text("\n".join(lines[:-1]) + "\n", encoding="utf-8")
    model = built_copy / "models" / "marts" / "balances" / "rpt_trial_balance.sql"
    model.write_text(model.read_text(encoding="utf-8") + "-- edited\n", encoding="utf-8")
    command = ["--period", PERIOD, "--entity", "main", "--out", str(tmp_path / "pack")]
    assert main(command + arguments(built_demo, built_demo.database, built_copy)) == 0
    printed = capsys.readouterr().out
    assert "policy/matching_rules.csv" in printed and "rpt_trial_balance" in printed


# --- the same again, and verified ------------------------------------------------------------------


@pytest.mark.dbt
def test_two_packs_of_the_same_data_are_equal(built_demo, database, pack, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    assert write(built_demo, tmp_path / "elsewhere" / "again", database) == 0
    assert content(tmp_path / "elsewhere" / "again") == content(pack)


@pytest.mark.dbt
def test_another_seed_draws_other_items(built_demo, pack, tmp_path):
    assert write(built_demo, tmp_path / "pack", seed="another", sample=5) == 0
    sampled = rows(tmp_path / "pack", "samples/items.csv")
    assert max(Counter(row["population"] for row in sampled).values()) == 5
    before = {row["item_id"] for row in rows(pack, "samples/items.csv")}
    assert {row["item_id"] for row in sampled} - before


@pytest.mark.dbt
def test_verify_holds(built_demo, pack, capsys):
    assert main(["verify", str(pack), *arguments(built_demo, built_demo.database)]) == 0
    assert "as the database gives them again" in capsys.readouterr().out
    assert main(["verify", str(pack), "--files-only"]) == 0
    assert "as the manifest says, byte by byte" in capsys.readouterr().out


@pytest.mark.dbt
def test_verify_names_the_byte_that_differs(built_demo, pack, tmp_path, capsys):
    copy = tmp_path / "copy"
    shutil.copytree(pack, copy)
    path = copy / "samples" / "trails.csv"
    before = path.read_bytes()
    at = before.index(b"cash", 5000)
    path.write_bytes(before[:at] + b"C" + before[at + 1 :])
    (copy / "rules" / "policy" / "policies.csv").unlink()
    (copy / "notes.txt").write_text("extra", encoding="utf-8")
    workbook = bytearray((copy / "pack.xlsx").read_bytes())
    workbook[-1000] ^= 1
    (copy / "pack.xlsx").write_bytes(workbook)
    assert main(["verify", str(copy), *arguments(built_demo, built_demo.database)]) == 1
    lines = dict(line.split(": ", 1) for line in capsys.readouterr().out.splitlines())
    assert set(lines) == {"samples/trails.csv", "rules/policy/policies.csv", "notes.txt", "pack.xlsx"}
    row = before[:at].count(b"\n")
    assert f"differs from the database at byte {at}, row " in lines["samples/trails.csv"]
    assert "in the pack" in lines["samples/trails.csv"] and row > 0
    assert "missing" in lines["rules/policy/policies.csv"]
    assert "not in the manifest" in lines["notes.txt"]
    assert f"at byte {len(workbook) - 1000} " in lines["pack.xlsx"]
    assert main(["verify", str(copy), "--files-only"]) == 1
    assert set(line.split(": ")[0] for line in capsys.readouterr().out.splitlines()) == set(lines)


@pytest.mark.dbt
def test_verify_names_a_figure_that_changed_in_the_database(built_demo, database, pack, capsys):
    change(
        database,
        "update rpt_account_proofs set recorded_balance = recorded_balance + 0.01 "
        "where account_role = 'cash' and month_start = '2024-06-01'",
    )
    assert main(["verify", str(pack), *arguments(built_demo, database)]) == 1
    first = capsys.readouterr().out.splitlines()[0]
    balance = next(
        row["recorded_balance"]
        for row in rows(pack, "proofs/rpt_account_proofs.csv")
        if row["account_role"] == "cash"
    )
    assert first.startswith("proofs/rpt_account_proofs.csv: differs from the database at byte ")
    changed = f"{Decimal(balance) + Decimal('0.01')}"
    assert f"column recorded_balance: {balance!r} in the pack, {changed!r} now" in first


@pytest.mark.dbt
def test_verify_names_a_raw_row_that_was_removed(built_demo, database, pack, capsys):
    change(database, "delete from stripe__charge where id = (select min(id) from stripe__charge)")
    assert main(["verify", str(pack), *arguments(built_demo, database)]) == 1
    printed = capsys.readouterr().out
    assert "counts/raw_tables.csv: differs from the database" in printed


def test_a_difference_says_row_and_column_and_a_cut_file_too():
    assert difference("x.csv", b"a,b\n1,2\n", b"a,b\n1,3\n") == (
        "differs from the database at byte 6, row 1, column b: '2' in the pack, '3' now"
    )
    assert difference("x.csv", b"a,b\n", b"a,b\n1,3\n").endswith("at byte 4: 0 rows in the pack, 1 now")
    assert difference("x.csv", b'a\n""\n', b"a\n\n").startswith("differs from the database at byte 2")
    assert difference("x.bin", b"\x00", b"\x00\x01") == (
        "differs from the database at byte 1 (1 bytes in the pack, 2 now)"
    )


# --- safe to open ----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", FORMULAS + ["", "plain", "1,2", "a\r\nb", '"', "''"])
def test_a_csv_cell_gives_its_text_back_and_starts_no_formula(text):
    table = Table("t.csv", "", [Column("a", "text"), Column("n", "decimal")], [(text, Decimal("-1.50"))])
    written = csv_bytes(table)
    header, (found, number) = csv_rows(written)
    assert header == ["a", "n"] and number == "-1.50"
    assert unmarked(found) == text
    assert found.strip()[:1] not in tuple("=+-@\uff1d")
    assert cell(None, "text") == "" and cell("", "text") == '""'
    assert not marked("plain").startswith("'")


@pytest.mark.dbt
def test_no_text_of_the_database_becomes_a_formula(built_demo, database, tmp_path):
    with duckdb.connect(str(database)) as connection:
        ids = [
            key
            for (key,) in connection.execute(
                "select exception_id from fct_exceptions where document_date <= '2024-06-30' order by 1"
            ).fetchall()
        ][: len(FORMULAS)]
        for key, text in zip(ids, FORMULAS):
            connection.execute(
                "update fct_exceptions set explanation = ? where exception_id = ?", [text, key]
            )
        connection.execute("update bank_statement__statement_line set description = '=cmd|calc'")
    out = tmp_path / "pack"
    assert write(built_demo, out, database) == 0
    written = {row["exception_id"]: row["explanation"] for row in rows(out, "exceptions/fct_exceptions.csv")}
    assert [unmarked(written[key]) for key in ids] == FORMULAS
    assert all(written[key].startswith("'") for key, text in zip(ids, FORMULAS) if text != FORMULAS[-1])
    for path, data in content(out).items():
        if path.endswith(".csv") and not path.startswith("rules/policy/"):
            for line in csv_rows(data):
                for found in line:
                    if found[:1] in tuple("=+-@\t\r"):
                        assert float(found) < 0, (path, found)
    book = openpyxl.load_workbook(out / "pack.xlsx")
    kinds = Counter(entry.data_type for sheet in book for row in sheet.iter_rows() for entry in row)
    assert "f" not in kinds and kinds["n"] and kinds["s"]
    sheet = book["exceptions"]
    at = {entry.value: entry.column - 1 for entry in sheet[1]}
    shown = {
        row[at["exception_id"]].value: row[at["explanation"]].value for row in sheet.iter_rows(min_row=2)
    }
    assert [shown[key].replace("_x000D_", "\r") for key in ids[:5]] == FORMULAS[:5]


@pytest.mark.dbt
def test_the_workbook_reads_well(pack):
    book = openpyxl.load_workbook(pack / "pack.xlsx")
    assert book.sheetnames[:2] == ["summary", "contents"]
    assert book.active.title == "summary"
    summary = [entry.value for row in book["summary"].iter_rows() for entry in row if entry.value]
    assert any(str(text).startswith(f"main, {PERIOD}: the period does not tie.") for text in summary)
    assert [row["in_words"] for row in rows(pack, "summary.csv")] == [
        text for text in summary if text in {row["in_words"] for row in rows(pack, "summary.csv")}
    ]
    named = {row[2].value: row[0].value for row in book["contents"].iter_rows(min_row=2)}
    for path, name in named.items():
        sheet = book[name]
        lines = csv_rows((pack / path).read_bytes())
        assert sheet.freeze_panes == "A2", name
        assert [entry.value for entry in sheet[1]] == lines[0]
        assert sheet.max_row == len(lines), name
        widths = [dimension.width for dimension in sheet.column_dimensions.values()]
        assert widths and all(8 <= width <= 62 for width in widths), name
        assert sheet.page_setup.orientation == "landscape" and sheet.print_title_rows == "$1:$1"
    proofs = book[named["proofs/rpt_account_proofs.csv"]]
    at = {entry.value: entry.column - 1 for entry in proofs[1]}
    for row, line in zip(proofs.iter_rows(min_row=2), rows(pack, "proofs/rpt_account_proofs.csv")):
        balance = row[at["recorded_balance"]]
        assert Decimal(str(balance.value)) == Decimal(line["recorded_balance"])
        assert balance.number_format.startswith("#,##0.00")
        assert row[at["month_start"]].value.date().isoformat() == line["month_start"]
    # Stored, so that its bytes depend on no compressor.
    with zipfile.ZipFile(pack / "pack.xlsx") as archive:
        assert {part.compress_type for part in archive.infolist()} == {zipfile.ZIP_STORED}
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_long_numbers_stay_exact_as_text():
    assert is_short(999_999_999_999_999) and not is_short(1_000_000_000_000_000)
    assert is_short(Decimal("99999999999.9900")) and not is_short(Decimal("123456789012345.6700"))
    assert is_short(Decimal("100000000000000")) and not is_short(Decimal("1E+15"))
    book = Book(date(2024, 6, 30), "t")
    values = (
        Decimal("123456789012345.6700"),
        2**62,
        Decimal("-1.5000"),
        "0012",
        "12345678901234567890",
        None,
    )
    kinds = ("decimal", "integer", "decimal", "text", "text", "text")
    book.sheet(
        "s", [Column(f"c{at}", kind) for at, kind in enumerate(kinds)], [values, (*values[:5], "x" * 40_000)]
    )
    sheet = openpyxl.load_workbook(io.BytesIO(book.bytes()))["s"]
    first, second = sheet[2], sheet[3]
    assert [entry.value for entry in first] == [
        "123456789012345.6700", str(2**62), -1.5, "0012", "12345678901234567890", None,
    ]  # fmt: skip
    assert len(second[5].value) <= 32_767 and second[5].value.endswith("(cut here, whole in the CSV)")


# --- samples and trails ----------------------------------------------------------------------------


@pytest.mark.dbt
def test_populations_cover_every_item_of_the_period(built_demo, pack):
    counted = built_demo.query(
        "select count(*), sum(abs(functional_amount)) from fct_reconciliation_items "
        "where entity_id = 'main' and item_date between '2024-06-01' and '2024-06-30'"
    )[0]
    populations = rows(pack, "samples/populations.csv")
    assert sum(int(row["item_count"]) for row in populations) == counted[0]
    assert sum(Decimal(row["gross_amount"]) for row in populations) == counted[1]
    for row in populations:
        states = [int(row[f"{state}_count"]) for state in ("matched", "open", "pending", "ignored")]
        assert sum(states) == int(row["item_count"])
        assert int(row["sampled_count"]) == min(25, int(row["item_count"])), row["population"]
    assert {row["population"].split(", ")[0] for row in populations} == {"ledger", "processor", "bank", "usage"}


@pytest.mark.dbt
def test_every_trail_ends_in_raw_rows_that_add_up_to_its_items(built_demo, pack):
    items = {row["item_id"]: row for row in rows(pack, "samples/items.csv")}
    assert {row["is_trail_complete"] for row in items.values()} == {"true"}
    trails: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for line in rows(pack, "samples/trails.csv"):
        trails[line["population"], line["item_id"]].append(line)
    assert {item for _, item in trails} == set(items)
    of_marts = {
        item: amount
        for item, amount in built_demo.query("select item_id, amount from fct_reconciliation_items")
    }
    matched = dict(built_demo.query("select item_id, match_id from fct_matches"))
    members = defaultdict(set)
    for item, match in matched.items():
        members[match].add(item)
    for (_, item_id), lines in trails.items():
        assert [line["line"] for line in lines] == [str(number) for number in range(1, len(lines) + 1)]
        shown = {line["key"]: Decimal(line["amount"]) for line in lines if line["step"] == "item"}
        # Everything the item is matched with is there, each with the amount of the mart.
        assert set(shown) == members[matched[item_id]] if item_id in matched else {item_id}
        raw, entries, with_entries = Counter(), Counter(), set()
        for line in lines:
            amount = Decimal(line["amount"] or 0)
            if line["step"] in ("raw row", "not drawn"):
                raw[line["part_of"]] += amount
            if line["step"] in ("entry", "not drawn"):
                entries[line["part_of"]] += amount
            with_entries |= {line["part_of"]} if line["step"] == "entry" else set()
        for key, amount in shown.items():
            assert amount == of_marts[key]
            assert raw[key] == amount, key
            if key.startswith("ledger:expected:"):
                assert key in with_entries and entries[key] == amount, key
        assert sum(line["step"] == "match" for line in lines) == 1
        assert all(line["what"] and line["what"] != NO_ROW for line in lines)
        steps = {line["step"] for line in lines}
        if any(key.startswith("ledger:expected:") for key in shown):
            assert {"raw row", "event", "entry", "item", "match"} <= steps


@pytest.mark.dbt
def test_the_raw_rows_are_the_landed_ones(built_demo, pack):
    keys = {"stripe.charge": "id", "xero.journal_line": "journal_line_id", "stripe.payout": "id",
            "bank_statement.statement_line": "statement_line_id", "stripe.balance_transaction": "id"}  # fmt: skip
    shown = defaultdict(set)
    for line in rows(pack, "samples/trails.csv"):
        if line["step"] == "raw row":
            shown[line["table"]].add(line["key"])
    assert set(keys) <= set(shown)
    for table, key in keys.items():
        landed = {value for (value,) in built_demo.query(f"select {key} from {table.replace('.', '__')}")}
        assert shown[table] <= landed, table
    # A line of the ledger comes with the header of its journal.
    assert any(line["step"] == "raw row (header)" for line in rows(pack, "samples/trails.csv"))


@pytest.mark.dbt
def test_a_broken_trail_is_named(built_demo, database, tmp_path, capsys):
    change(database, "delete from xero__journal_line")
    assert write(built_demo, tmp_path / "pack", database, TIED_PERIOD) == 0
    assert "RED   trails of the samples" in capsys.readouterr().out
    broken = [
        row for row in rows(tmp_path / "pack", "samples/items.csv") if row["is_trail_complete"] == "false"
    ]
    assert broken and all("no row xero.journal_line" in row["what_is_missing"] for row in broken)


@pytest.mark.dbt
def test_rows_of_another_company_are_not_shown(built_demo, database, pack, tmp_path):
    change(
        database,
        "alter table xero__journal_line add column source_relation varchar",
        "insert into xero__journal_line by name select * replace ('other' as source_relation, 1 as net_amount) "
        "from xero__journal_line",
        "insert into entities (source_name, source_relation, entity_id) values ('xero', 'other', 'other')",
    )
    assert write(built_demo, tmp_path / "pack", database) == 0
    names = ("samples/items.csv", "samples/populations.csv")
    assert [rows(tmp_path / "pack", name) for name in names] == [rows(pack, name) for name in names]


def small_warehouse(*statements: str, sources: dict[tuple[str, str], list[str]] | None = None) -> Warehouse:
    """A database in memory with landed tables in schemas named for their sources."""
    connection = duckdb.connect()
    for statement in statements:
        connection.execute(statement)
    entries = {
        f"source.{source}.{table}": {
            "source_name": source, "name": table, "schema": source, "identifier": table,
            "columns": {name: {"meta": {}} for name in columns},
        }
        for (source, table), columns in (sources or {}).items()
    }  # fmt: skip
    return Warehouse(connection, {"nodes": {}, "sources": entries}, "main")


SMALL = Scope("main", "2024-06", date(2024, 6, 1), date(2024, 6, 30), 5, "seed")


def test_a_key_of_several_columns_finds_its_one_row():
    warehouse = small_warehouse(
        "create schema paypal",
        "create table paypal.transaction as select * from (values ('A', 'T0006', 10.00), ('A', 'T2101', -10.00), "
        "('B', 'T0006', 7.00)) as landed (transaction_id, transaction_event_code, transaction_amount_value)",
        "create table stg_paypal__transactions_typed as select * from (values ('A', 'A', 'T0006'), "
        "('A:T2101', 'A', 'T2101'), ('B', 'B', 'T0006')) as typed "
        "(source_record_id, transaction_reference, event_code)",
        sources={
            ("paypal", "transaction"): [
                "transaction_id",
                "transaction_event_code",
                "transaction_amount_value",
            ]
        },
    )
    records = [("paypal", "transaction", "A"), ("paypal", "transaction", "A:T2101")]
    raw, headers = read_raw_rows(warehouse, SMALL, records)
    amounts = {record[2]: [row["transaction_amount_value"] for row in found] for record, found in raw.items()}
    assert amounts == {"A": [Decimal("10.00")], "A:T2101": [Decimal("-10.00")]}
    assert not headers


def test_a_record_made_by_a_rule_shows_the_rule():
    warehouse = small_warehouse(
        "create table usage_commitments as select 'c1' as commitment_id, 5 as minimum_amount",
        "create table int_opening_balances as select 'main' as entity_id, 'o1' as opening_id, 7 as amount",
    )
    records = [
        ("policy", "usage_commitments", "c1"),
        ("legacy", "opening_balances", "o1"),
        ("x", "nothing", "n1"),
    ]
    raw, _ = read_raw_rows(warehouse, SMALL, records)
    assert raw == {
        records[0]: [{"commitment_id": "c1", "minimum_amount": 5}],
        records[1]: [{"entity_id": "main", "opening_id": "o1", "amount": 7}],
    }


def test_versions_of_a_landed_row_and_its_header_are_shown_without_what_is_personal():
    warehouse = small_warehouse(
        "create schema xero",
        "create table xero.journal as select 'j1' as journal_id, 'INV-1' as reference, 'x' as narration",
        "create table xero.journal_line as select * from (values ('l1', 'j1', 1, 'old'), ('l1 ', 'j1', 2, 'new')) "
        "as landed (journal_line_id, journal_id, net_amount, contact)",
        sources={
            ("xero", "journal"): ["journal_id", "reference"],
            ("xero", "journal_line"): ["journal_line_id", "journal_id", "net_amount", "contact"],
        },
    )
    line = warehouse.manifest["sources"]["source.xero.journal_line"]
    line["columns"]["contact"]["meta"] = {"contains_personal_data": True}
    raw, headers = read_raw_rows(warehouse, SMALL, [("xero", "journal_line", "l1")])
    assert [row["net_amount"] for row in raw["xero", "journal_line", "l1"]] == [1, 2]
    assert "contact" not in raw["xero", "journal_line", "l1"][0]
    assert headers == {("xero", "journal", "j1"): [{"journal_id": "j1", "reference": "INV-1"}]}


def test_a_period_is_a_month_or_an_accounting_period_that_is_one():
    warehouse = small_warehouse(
        "create table int_entities as select 'main' as entity_id",
        "create table rpt_account_proofs as select 'main' as entity_id, date '2024-06-01' as month_start",
        "create table accounting_periods as select * from (values ('main', 'FY24-12', date '2024-06-01', "
        "date '2024-06-30'), ('main', '2024-P5', date '2024-06-02', date '2024-06-29')) "
        "as periods (entity_id, period, start_date, end_date)",
    )
    by_name = scope_of(warehouse, "main", "FY24-12", 5, "")
    assert (by_name.start, by_name.end) == (date(2024, 6, 1), date(2024, 6, 30))
    assert scope_of(warehouse, "main", "2024-06", 5, "").names == ("2024-06", "2024-P5", "FY24-12")
    with pytest.raises(NotUsable, match="2024-P5 runs from 2024-06-02 to 2024-06-29; figures are by month"):
        scope_of(warehouse, "main", "2024-P5", 5, "")


def test_a_mart_is_cut_to_the_company_and_the_month():
    warehouse = small_warehouse(
        "create table rpt_period_corrections as select * from (values ('main', '2024-06', '2024-08', 1), "
        "('main', '2024-01', '2024-06', 2), ('main', '2024-01', '2024-02', 3), ('other', '2024-06', '2024-06', 4)) "
        "as corrections (entity_id, original_period, posted_period, correction_amount)",
        "create table rpt_period_closes as select * from (values ('main', '2024-06', date '2024-06-01'), "
        "('main', '2024-07', date '2024-07-01'), ('main', '2024-05', date '2024-05-01')) "
        "as closes (entity_id, period, start_date)",
        "create table fct_quarantined_rows as select 5 as version_number",
        "create table rpt_payouts as select * from (values ('p1', 'main', date '2024-06-30', 0.00), "
        "('p2', 'main', date '2024-07-01', 0.00), ('p3', 'main', date '2024-06-01', 0.01)) "
        "as payouts (payout_id, entity_id, sent_date, difference_amount)",
    )
    scope = Scope("main", "2024-06", date(2024, 6, 1), date(2024, 6, 30), 5, "", ("2024-06",))
    marts = {mart.name: mart for mart in MARTS}
    found = {name: cut(warehouse, marts[name], scope).rows for name in marts if warehouse.has(name)}
    assert [row[-1] for row in found["rpt_period_corrections"]] == [2, 1]
    assert [row[1] for row in found["rpt_period_closes"]] == ["2024-05", "2024-06"]
    assert found["fct_quarantined_rows"] == [(5,)]
    assert [row[0] for row in found["rpt_payouts"]] == ["p1", "p3"]
    check = residuals(cut(warehouse, marts["rpt_payouts"], scope), marts["rpt_payouts"].zero)
    assert check is not None and (check.finding, check.words) == ("does not tie", "p3: difference 0.01")


def test_decisions_in_force_were_given_by_then_and_had_not_ended():
    warehouse = small_warehouse(
        "create table review_decisions as select * from (values ('d1', date '2024-05-01'), ('d2', date '2024-07-01'), "
        "('d3', date '2024-04-01'), ('d4', date '2024-05-02'), ('d5', date '2024-05-03')) as given (decision_id, decided_on)",
        "create table int_decisions as select * from (values ('d1', 'in_effect', null, null), "
        "('d2', 'in_effect', null, null), ('d3', 'expired', date '2024-05-31', null), "
        "('d4', 'in_effect', null, null), ('d5', 'unused', null, null)) "
        "as states (decision_id, decision_state, ends_on, successor_id)",
        "create table int_decision_items as select * from (values ('d1', 'main'), ('d2', 'main'), ('d3', 'main'), "
        "('d4', 'other'), ('d5', null)) as items (decision_id, entity_id)",
    )
    assert decisions(warehouse, SMALL).values("decision_id") == ["d1", "d5"]


def test_what_was_settled_after_the_period_was_open_at_its_end():
    warehouse = small_warehouse(
        "create table fct_reconciliation_items as select item_id, 'bank' as leg, side, 'cash' as account_role, "
        "'payout' as event_type, 'po' as document_reference, cast(day as date) as item_date, 'USD' as currency_code, "
        "1.00 as amount, match_id, 'exact' as match_rule, entity_id from (values "
        "('e1', 'expected', '2024-06-28', 'm1', 'main'), ('r1', 'recorded', '2024-07-02', 'm1', 'main'), "
        "('e2', 'expected', '2024-06-28', 'm2', 'main'), ('r2', 'recorded', '2024-06-29', 'm2', 'main'), "
        "('e3', 'expected', '2024-06-28', null, 'main'), ('e4', 'expected', '2024-06-28', 'm4', 'other'), "
        "('r4', 'recorded', '2024-07-01', 'm4', 'other')) as items (item_id, side, day, match_id, entity_id)"
    )
    found = settled_later(warehouse, SMALL)
    assert found.values("item_id") == ["e1"] and found.values("settled_on") == [date(2024, 7, 2)]


def test_key_items_are_certain_and_the_others_have_one_in_each_interval():
    amounts = {f"item{at:03}": Decimal(at % 7 + 1) for at in range(100)} | {
        "big": Decimal(-500),
        "none": None,
    }
    drawn = draw("seed", "p", amounts, 10)
    assert [found for found in drawn if found.selection == KEY] == [("big", KEY, drawn[0].interval)]
    assert drawn[0].interval == (sum(at % 7 + 1 for at in range(100)) / Decimal(9)).quantize(
        Decimal("0.0001")
    )
    assert [found.item_id for found in drawn if found.selection == NO_VALUE] == ["none"]
    by_unit = [found.item_id for found in drawn if found.selection == BY_UNIT]
    assert len(by_unit) == len(set(by_unit)) == 9
    assert drawn == draw("seed", "p", dict(reversed(amounts.items())), 10)
    assert drawn != draw("other", "p", amounts, 10)


def test_an_item_is_drawn_about_as_often_as_its_share_of_the_money():
    amounts = {"a": Decimal(10), "b": Decimal(20), "c": Decimal(30), "d": Decimal(40)}
    often = Counter(found.item_id for at in range(2000) for found in draw(str(at), "p", amounts, 1))
    for item, amount in amounts.items():
        assert abs(often[item] / 2000 - float(amount) / 100) < 0.04, often


def test_small_populations_are_taken_whole_and_zeros_only_then():
    assert [found.selection for found in draw("s", "p", {"a": Decimal(0), "b": Decimal(1)}, 2)] == [ALL, ALL]
    drawn = draw("s", "p", {"a": Decimal(0), "b": Decimal(1), "c": Decimal(1)}, 2)
    assert sorted(found.item_id for found in drawn) == ["b", "c"]
    assert draw("s", "p", {}, 3) == []
    assert [found.item_id for found in draw("s", "p", {at: Decimal(0) for at in "abc"}, 2)] == []


# --- nobody's name ---------------------------------------------------------------------------------


@pytest.mark.dbt
def test_no_name_and_no_address_of_a_customer_is_in_the_pack(built_demo, database, tmp_path):
    people = built_demo.query(
        "select name from stripe__customer union select email from stripe__customer "
        "union select name from xero__contact union select email_address from xero__contact"
    )
    people = sorted(value for (value,) in people if value)
    assert len(people) > 100
    change(
        database,
        # A bank quotes who paid, a bookkeeper types a name into a journal, an explanation repeats it.
        f"update bank_statement__statement_line set description = 'FROM {people[0].upper()} for ' || description",
        f"update xero__journal_line set description = 'ask {people[1]}, someone@example.org'",
        f"update fct_exceptions set explanation = '{people[2]}s journal'",
    )
    assert write(built_demo, tmp_path / "pack", database) == 0
    for path, data in content(tmp_path / "pack").items():
        text = data.decode("utf-8", errors="replace").lower()
        found = [value for value in people + ["someone@example.org"] if value.lower() in text]
        assert not found, (path, found[:3])
    # A mapping has to quote the names that vendors use; what they mean stays.
    patterns = {row["pattern"] for row in rows(tmp_path / "pack", "rules/policy/client_mappings.csv")}
    assert WITHHELD in patterns and any(pattern.startswith("stripe:cus_") for pattern in patterns)
    explained = {row["explanation"] for row in rows(tmp_path / "pack", "exceptions/fct_exceptions.csv")}
    assert explained == {f"{WITHHELD}s journal"}
    trails = rows(tmp_path / "pack", "samples/trails.csv")
    assert any(f"FROM {WITHHELD} for " in line["what"] for line in trails)
    assert any(f"ask {WITHHELD}, {WITHHELD}" in line["what"] for line in trails)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("paid by ACME GmbH, thanks", f"paid by {WITHHELD}, thanks"),
        ("acme gmbhs invoice", f"{WITHHELD}s invoice"),
        ("(Acme Gmbh) and Acme", f"({WITHHELD}) and {WITHHELD}"),
        ("AG is not AGENT", f"{WITHHELD} is not AGENT"),
        ("to: x.y+z@mail.example.org!", f"to: {WITHHELD}!"),
        ("\u0130stanbul Acme GmbH", f"\u0130stanbul {WITHHELD}"),
        ("M\u00fcller & Co KG pays", f"{WITHHELD} pays"),
        ("nobody", "nobody"),
    ],
)
def test_names_are_withheld_from_texts(text, shown):
    assert withholder(["Acme GmbH", "Acme", "AG", "M\u00fcller & Co KG"])(text) == shown


# --- what cannot be used ---------------------------------------------------------------------------


@pytest.mark.dbt
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"period": "2024-13"}, "is no month"),
        ({"period": "June"}, "is no month"),
        ({"period": "2031-01"}, "no figures of main in 2031-01"),
        ({"entity": "nobody"}, "no company 'nobody' in this build; it has main"),
        ({"sample": "0"}, "--sample 0"),
        ({"database": "absent.duckdb"}, "there is no such database"),
        ({"target": "absent"}, "manifest.json is missing"),
        ({"project": "absent"}, "no seeds/policy here"),
        ({"schema": "absent"}, "no finished build"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(built_demo, tmp_path, monkeypatch, capsys, options, words):
    monkeypatch.chdir(tmp_path)
    given = {
        "period": PERIOD, "entity": "main", "out": str(tmp_path / "packs" / "pack"),
        "database": str(built_demo.database), "project": str(built_demo.project), "target": str(built_demo.target),
    } | options  # fmt: skip
    assert main([word for name, value in given.items() for word in (f"--{name}", value)]) == 2
    printed = capsys.readouterr()
    assert printed.out == "" and printed.err.count("\n") == 1 and words in printed.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.dbt
def test_a_folder_with_something_in_it_is_refused_and_an_empty_one_is_used(
    built_demo, pack, tmp_path, capsys
):
    before = content(pack)
    assert write(built_demo, pack) == 2
    assert "not an empty folder" in capsys.readouterr().err
    assert content(pack) == before
    empty = tmp_path / "empty"
    empty.mkdir()
    assert write(built_demo, empty) == 0 and (empty / "manifest.json").is_file()


@pytest.mark.dbt
def test_a_pack_that_cannot_be_finished_leaves_nothing(built_demo, tmp_path, monkeypatch, capsys):
    def full(path: Path, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert write(built_demo, tmp_path / "pack") == 2
    assert "No space left on device" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_verify_refuses_what_is_no_pack(tmp_path, capsys):
    assert main(["verify", str(tmp_path), "--files-only"]) == 2
    (tmp_path / "manifest.json").write_text('{"format": 1}', encoding="utf-8")
    assert main(["verify", str(tmp_path), "--files-only"]) == 2
    (tmp_path / "manifest.json").write_text("no json", encoding="utf-8")
    assert main(["verify", str(tmp_path), "--files-only"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3 and "this is no pack" in lines[0] and "not the manifest of a pack" in lines[1]


def test_help_says_what_it_does(capsys):
    for words in (["--help"], ["verify", "--help"]):
        with pytest.raises(SystemExit) as stopped:
            main(words)
        assert stopped.value.code == 0
    assert "Exit code" in capsys.readouterr().out
