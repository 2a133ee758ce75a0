"""scripts/load_statement.py: three formats into one table, whole or not at all, and twice is once."""

from __future__ import annotations

import csv
import sys
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

import load_statement
from conftest import run_dbt

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


@dataclass(frozen=True)
class Booked:
    """A line as a bank knows it; amounts in cents, money in is positive."""

    day: date
    cents: int
    bank_id: str = ""
    reference: str = ""
    text: str = ""


@dataclass(frozen=True)
class Sheet:
    """A statement as a bank knows it."""

    lines: tuple[Booked, ...]
    account: str = "XX00INVENTED01"
    currency: str = "EUR"
    number: int = 1
    opening: int = 10_000
    lost: int = 0  # cents by which the closing balance is wrong

    @property
    def closing(self) -> int:
        return self.opening + sum(line.cents for line in self.lines) + self.lost

    @property
    def days(self) -> tuple[date, date]:
        days = [line.day for line in self.lines] or [date(2024, 1, 5)]
        return min(days), max(days)


def money(cents: int, point: str = ".") -> str:
    return f"{abs(cents) // 100}{point}{abs(cents) % 100:02d}"


def mark(cents: int) -> str:
    return "CRDT" if cents >= 0 else "DBIT"


def camt(*sheets: Sheet) -> str:
    """The statements as camt.053."""

    def balance(code: str, cents: int, day: date, currency: str) -> str:
        return (
            f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='{currency}'>{money(cents)}</Amt>"
            f"<CdtDbtInd>{mark(cents)}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>\n"
        )

    text = f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{NAMESPACE}"><BkToCstmrStmt>\n'
    for sheet in sheets:
        text += f"<Stmt><Id>S{sheet.number}</Id><ElctrncSeqNb>{sheet.number}</ElctrncSeqNb>"
        text += f"<Acct><Id><IBAN>{sheet.account}</IBAN></Id></Acct>\n"
        text += balance("OPBD", sheet.opening, sheet.days[0], sheet.currency)
        text += balance("CLBD", sheet.closing, sheet.days[1], sheet.currency)
        for line in sheet.lines:
            text += (
                f"<Ntry><Amt Ccy='{sheet.currency}'>{money(line.cents)}</Amt><CdtDbtInd>{mark(line.cents)}</CdtDbtInd>"
                f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{line.day}</Dt></BookgDt><ValDt><Dt>{line.day}</Dt></ValDt>"
                f"<AcctSvcrRef>{line.bank_id}</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>"
                f"{line.reference or 'NOTPROVIDED'}</EndToEndId></Refs><RmtInf><Ustrd>{line.text}</Ustrd></RmtInf>"
                "</TxDtls></NtryDtls></Ntry>\n"
            )
        text += "</Stmt>\n"
    return text + "</BkToCstmrStmt></Document>\n"


def mt940(*sheets: Sheet) -> str:
    """The statements as MT940, in the envelope of the network."""
    text = ""
    for sheet in sheets:

        def balance(tag: str, cents: int, day: date) -> str:
            return f":{tag}:{mark(cents)[0]}{day:%y%m%d}{sheet.currency}{money(cents, ',')}\n"

        text += "{1:F01INVENTEDXXXX0000000000}{2:I940INVENTEDXXXXN}{4:\n"
        text += f":20:S{sheet.number}\n:25:{sheet.account}\n:28C:{sheet.number}/1\n"
        text += balance("60F", sheet.opening, sheet.days[0])
        for line in sheet.lines:
            text += f":61:{line.day:%y%m%d}{line.day:%m%d}{mark(line.cents)[0]}{money(line.cents, ',')}NTRF"
            text += f"{line.reference or 'NONREF'}{'//' + line.bank_id if line.bank_id else ''}\n"
            text += f":86:{line.text}\n" if line.text else ""
        text += balance("62F", sheet.closing, sheet.days[1]) + "-}\n"
    return text


OFX_HEAD = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

"""


def ofx(*sheets: Sheet) -> str:
    """The statements as OFX 1, with the end tags that SGML lets out left out."""
    text = OFX_HEAD + "<OFX><BANKMSGSRSV1>\n"
    for sheet in sheets:
        text += f"<STMTTRNRS><TRNUID>1<STMTRS><CURDEF>{sheet.currency}<BANKACCTFROM><BANKID>1<ACCTID>{sheet.account}"
        text += "<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST>\n"
        for number, line in enumerate(sheet.lines):
            text += f"<STMTTRN><TRNTYPE>OTHER<DTPOSTED>{line.day:%Y%m%d}120000[-5:EST]"
            text += f"<TRNAMT>{'-' if line.cents < 0 else ''}{money(line.cents)}<FITID>{line.bank_id or number}"
            text += f"<REFNUM>{line.reference}" if line.reference else ""
            text += f"<MEMO>{line.text}" if line.text else ""
            text += "</STMTTRN>\n"
        text += f"</BANKTRANLIST><LEDGERBAL><BALAMT>{sheet.closing / 100:.2f}<DTASOF>{sheet.days[1]:%Y%m%d}</LEDGERBAL>"
        text += "</STMTRS></STMTTRNRS>\n"
    return text + "</BANKMSGSRSV1></OFX>\n"


FORMATS = {"camt053": camt, "mt940": mt940, "ofx": ofx}
PROVED = {"camt053": camt, "mt940": mt940}  # formats that say with how much a statement opens
JANUARY = Sheet(
    lines=(
        Booked(date(2024, 1, 5), 50_25, "B1", "po_invented01", "PAYOUT"),
        Booked(date(2024, 1, 8), -10_00, "B2", "", "ACCOUNT FEE"),
        Booked(date(2024, 1, 8), 7_00, "B3", "INV-0007", "WIRE OF A CUSTOMER"),
    )
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def written(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def load(folder: Path, *arguments: str) -> int:
    return load_statement.main([*arguments, "--database", str(folder / "bank.duckdb")])


def loaded(folder: Path, columns: str = "posted_date, amount, currency, reference, description") -> list[tuple]:
    with duckdb.connect(str(folder / "bank.duckdb"), read_only=True) as connection:
        return connection.execute(
            f"select {columns} from bank_statement.statement_line order by 1, 2, 3, 4, 5"
        ).fetchall()


@pytest.mark.parametrize("kind", FORMATS)
def test_the_lines_of_each_format_are_read_to_the_cent(folder, kind):
    assert load(folder, written(folder, "a", FORMATS[kind](JANUARY))) == 0
    assert loaded(folder) == [
        (date(2024, 1, 5), Decimal("50.25"), "EUR", "po_invented01", "PAYOUT"),
        (date(2024, 1, 8), Decimal("-10"), "EUR", None, "ACCOUNT FEE"),
        (date(2024, 1, 8), Decimal("7"), "EUR", "INV-0007", "WIRE OF A CUSTOMER"),
    ]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_file_that_is_loaded_twice_changes_nothing(folder, capsys, kind):
    file = written(folder, "a", FORMATS[kind](JANUARY, replace(JANUARY, account="XX00INVENTED02", currency="USD")))
    assert load(folder, file) == 0
    before = loaded(folder, "*")
    assert load(folder, file, file) == 0
    assert loaded(folder, "*") == before and len(before) == 6
    assert "0 new, 6 known" in capsys.readouterr().out


@pytest.mark.parametrize("kind", FORMATS)
def test_files_whose_days_overlap_load_every_line_once(folder, kind):
    """Twins of one day without an id of the bank's are two lines in either file, in any order of theirs."""
    twins = tuple(Booked(date(2024, 1, 9), 5_00, "T" if kind == "ofx" else "", f"po_{at}") for at in "ab")
    first = replace(JANUARY, lines=JANUARY.lines + twins)
    second = Sheet(lines=twins[::-1] + (Booked(date(2024, 1, 10), 1_00, "B9"),), number=2, opening=9_000)
    assert load(folder, written(folder, "a", FORMATS[kind](first))) == 0
    assert load(folder, written(folder, "b", FORMATS[kind](second))) == 0
    assert [row[1] for row in loaded(folder)].count(Decimal("5")) == 2
    assert len(loaded(folder)) == 6


@pytest.mark.parametrize("apart", [False, True], ids=["one_file", "two_files"])
def test_the_second_page_of_a_day_is_not_taken_for_the_first(folder, apart):
    """The same amount on both pages of a day is two lines: the second page opens where the first closed."""
    line = Booked(date(2024, 1, 5), 5_00)
    first = Sheet(lines=(line,))
    second = Sheet(lines=(line, Booked(date(2024, 1, 5), 1_00)), opening=first.closing, number=2)
    files = [[mt940(first)], [mt940(second)]] if apart else [[mt940(first, second)]]
    for _ in range(2):
        for at, texts in enumerate(files):
            assert load(folder, written(folder, str(at), "".join(texts))) == 0
    assert [row[1] for row in loaded(folder)] == [Decimal("1"), Decimal("5"), Decimal("5")]


def test_reversals_go_the_way_the_money_went(folder):
    text = mt940(Sheet(lines=(), lost=0)).replace(
        ":62F:C", ":61:2401050105RC3,00NTRFNONREF\n:61:2401050105RD2,00NTRFNONREF\n:62F:C"
    )
    assert load(folder, written(folder, "a", text.replace(":62F:C240105EUR100,00", ":62F:C240105EUR99,00"))) == 0
    reversed_credit = camt(Sheet(lines=(Booked(date(2024, 1, 5), -3_00),), account="XX00INVENTED02"))
    text = reversed_credit.replace("<Sts>", "<RvslInd>true</RvslInd><Sts>")
    assert load(folder, written(folder, "b", text)) == 0
    assert [row[1] for row in loaded(folder)] == [Decimal("-3"), Decimal("-3"), Decimal("2")]


def test_entries_that_are_not_booked_are_left_out_and_counted(folder, capsys):
    text = camt(Sheet(lines=JANUARY.lines[:1]))
    pending = text[text.index("<Ntry>") : text.index("</Ntry>") + 7].replace("BOOK", "PDNG")
    assert load(folder, written(folder, "a", text.replace("<Ntry>", pending + "<Ntry>"))) == 0
    assert len(loaded(folder)) == 1
    assert "1 entries not booked yet were left out" in capsys.readouterr().out


@pytest.mark.parametrize("kind", PROVED)
def test_a_statement_that_does_not_add_up_is_refused_with_the_difference(folder, capsys, kind):
    good = written(folder, "good", PROVED[kind](JANUARY))
    bad = written(folder, "bad", PROVED[kind](JANUARY, replace(JANUARY, number=2, lost=1)))
    assert load(folder, good, bad) == 2
    said = capsys.readouterr().err
    assert "0.01 is missing" in said and said.count("\n") == 1 and "bad" in said
    assert not (folder / "bank.duckdb").exists(), "nothing of a call that is refused is loaded"


def test_gaps_between_statements_are_warned_of(folder, capsys):
    later = replace(JANUARY, number=4, opening=99_00, lines=(Booked(date(2024, 2, 1), 1_00, "B4"),))
    assert load(folder, written(folder, "a", camt(JANUARY))) == 0
    assert load(folder, written(folder, "b", camt(later))) == 0
    said = capsys.readouterr().err
    assert "statement 4 comes after 1" in said and "the one before closed with 147.25" in said


DAMAGED = {
    "empty": ("", "neither camt.053 nor MT940 nor OFX"),
    "another_format": ("date,amount\n2024-01-05,1.00\n", "say which with --format"),
    "cut_off_xml": (camt(JANUARY)[:700], "not well-formed XML"),
    "cut_off_mt940": (mt940(JANUARY)[:200], "no closing balance"),
    "cut_off_ofx": (ofx(JANUARY)[:400], "it was cut off"),
    "text_between_tags_of_ofx": (ofx(JANUARY).replace("</STMTTRN>", "</STMTTRN>stray", 1), "line 13: not well-formed"),
    "a_line_in_a_line_of_ofx": (ofx(JANUARY).replace("</STMTTRN>", "", 1), "3 lines (STMTTRN), 1 of which"),
    "an_entity": (
        camt(JANUARY).replace("<Document", '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hosts">]><Document'),
        "document type or entities",
    ),
    "an_entity_in_ofx": (ofx(JANUARY) + '<!ENTITY x "y">', "document type or entities"),
    "no_amount": (camt(JANUARY).replace("50.25", "fifty"), "line 6, Ntry: 'fifty' is no amount"),
    "a_thousands_separator": (ofx(JANUARY).replace("50.25", "1.050,25"), "STMTTRN 1: '1.050,25' is no amount"),
    "two_commas": (mt940(JANUARY).replace("50,25", "5,0,25"), "cannot be read"),
    "no_date": (camt(JANUARY).replace("<Dt>2024-01-08<", "<Dt>2024-13-08<"), "is no date"),
    "no_day_in_mt940": (mt940(JANUARY).replace(":61:240108", ":61:240199"), "cannot be read"),
    "no_day_in_ofx": (ofx(JANUARY).replace("<DTPOSTED>20240105", "<DTPOSTED>2024"), "is no date"),
    "another_currency": (camt(JANUARY).replace("Ccy='EUR'>50.25", "Ccy='USD'>50.25"), "one statement, one currency"),
    "no_currency": (ofx(JANUARY).replace("<CURDEF>EUR", "<CURDEF>E1"), "is no currency"),
    "no_account": (camt(JANUARY).replace(JANUARY.account, ""), "no account"),
    "no_direction": (camt(JANUARY).replace("<CdtDbtInd>DBIT", "<CdtDbtInd>"), "neither CRDT nor DBIT"),
    "not_a_statement": (camt(JANUARY).replace("BkToCstmrStmt", "BkToCstmrAcctRpt"), "are not statements"),
    "a_mangled_line": (mt940(JANUARY).replace(":61:2401080108D", ":6I:2401080108D"), "10.00 is missing"),
    "an_endless_amount": (camt(JANUARY).replace("50.25", "9" * 40), "more digits"),
    "deep": ("<Document>BkToCstmrStmt" + "<a>" * 500, "elements inside each other"),
    "a_correction": (ofx(JANUARY).replace("<FITID>B2", "<FITID>B2<CORRECTFITID>B1"), "corrects an earlier line"),
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_a_damaged_file_is_one_clear_line_and_loads_nothing(folder, capsys, damage):
    text, expected = DAMAGED[damage]
    good = written(folder, "good", camt(JANUARY))
    assert load(folder, good) == 0
    before = loaded(folder, "*")
    capsys.readouterr()
    other = written(folder, "other", camt(replace(JANUARY, account="XX00INVENTED02")))
    assert load(folder, other, written(folder, "bad.file", text)) == 2
    said = capsys.readouterr().err
    assert expected in said and "bad.file" in said and said.count("\n") == 1
    assert loaded(folder, "*") == before


def test_a_table_of_another_shape_is_refused(folder, capsys):
    with duckdb.connect(str(folder / "bank.duckdb")) as connection:
        connection.execute("create schema bank_statement")
        connection.execute("create table bank_statement.statement_line (statement_line_id varchar)")
    assert load(folder, written(folder, "a", camt(JANUARY))) == 2
    assert "has no column bank_account" in capsys.readouterr().err
    with duckdb.connect(str(folder / "bank.duckdb"), read_only=True) as connection:
        assert connection.execute("select count(*) from duckdb_tables()").fetchone() == (1,)


def test_the_csv_holds_the_rows_of_the_table(folder):
    moment = ("--loaded-at", "2024-02-01 06:00:00", "--account", f"{JANUARY.account}=eur-receipts")
    file = written(folder, "a", camt(JANUARY))
    assert load(folder, file, "--csv", str(folder / "out.csv"), *moment) == 0
    with (folder / "out.csv").open(encoding="utf-8", newline="") as rows:
        written_rows = sorted(tuple(row.values()) for row in csv.DictReader(rows))
    columns = ", ".join(f"coalesce(cast({name} as varchar), '')" for name in load_statement.COLUMNS if name != "amount")
    there = loaded(folder, columns)
    assert sorted(row[:4] + row[5:] for row in written_rows) == there
    assert {row[1] for row in written_rows} == {"eur-receipts"}


@pytest.mark.parametrize("arguments", [["x"], ["x", "--format", "csv", "--csv", "y"], [], ["x", "--csv", "y"]])
def test_a_wrong_call_is_one_line(folder, capsys, monkeypatch, arguments):
    monkeypatch.chdir(folder)
    assert load_statement.main(arguments) == 2
    assert capsys.readouterr().err.count("\n") == 1


WORDS = st.text(alphabet="abcdefgh XYZ0123456789", max_size=12).map(lambda text: " ".join(text.split()))
LINES = st.builds(
    Booked,
    day=st.integers(0, 20).map(lambda days: date(2024, 12, 20) + timedelta(days=days)),
    cents=st.integers(-(10**8), 10**8).filter(bool),
    bank_id=st.sampled_from(["", "", "R1", "R2"]),
    reference=st.sampled_from(["", "po-1", "INV-2"]),
    text=WORDS,
)


@settings(max_examples=60, deadline=None)
@given(lines=st.lists(LINES, max_size=12), cut=st.integers(0, 12), opening=st.integers(-(10**6), 10**6))
@pytest.mark.parametrize("kind", PROVED)
def test_what_a_bank_writes_is_what_is_read(tmp_path_factory, kind, lines, cut, opening):
    """Money, days and references survive; ids name each line once, and the same however the file is repeated."""
    folder = tmp_path_factory.mktemp("round")
    sheet = Sheet(lines=tuple(sorted(lines, key=lambda line: line.day)), opening=opening)
    file = folder / "a"
    file.write_text(PROVED[kind](sheet), encoding="utf-8")
    statements = load_statement.read_files([file, file], None)
    (read,) = load_statement.name_lines(statements, {}, {}, set())
    assert [(line.posted_date, line.amount, line.reference) for line in read.statement.lines] == [
        (line.day, Decimal(line.cents) / 100, line.reference) for line in sheet.lines
    ]
    assert len(set(read.line_ids)) == len(sheet.lines)
    # Two statements that split the lines between days, with a balance each, name them alike.
    days = sorted({line.day for line in sheet.lines})
    border = days[cut % len(days)] if days else date(2024, 12, 20)
    first = replace(sheet, lines=tuple(line for line in sheet.lines if line.day < border))
    rest = replace(sheet, number=2, opening=first.closing, lines=tuple(line for line in sheet.lines if line.day >= border))
    file.write_text(PROVED[kind](first, rest), encoding="utf-8")
    parts = load_statement.name_lines(load_statement.read_files([file], None), {}, {}, set())
    assert sorted(one for part in parts for one in part.line_ids) == sorted(read.line_ids)


@pytest.mark.dbt
@pytest.mark.slow
def test_the_project_reads_what_was_loaded(tmp_path, built_copy):
    database = built_copy / "target" / "warehouse.duckdb"
    file = written(tmp_path, "a", camt(JANUARY))
    assert load_statement.main([file, "--database", str(database), "--account", f"{JANUARY.account}=eur"]) == 0
    run = run_dbt(built_copy, "run", "--select", "stg_bank_statement__bank_lines", variables={"demo": False})
    assert run.success, run.messages
    assert run.query(
        "select bank_account, posted_date, amount_minor, reference_text, quarantine_reason"
        " from stg_bank_statement__bank_lines order by posted_date, amount_minor"
    ) == [
        ("eur", date(2024, 1, 5), 5025, "po_invented01", None),
        ("eur", date(2024, 1, 8), -1000, None, None),
        ("eur", date(2024, 1, 8), 700, "INV-0007", None),
    ]
