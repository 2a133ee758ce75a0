"""OFX 1 (SGML) and 2 (XML), and QFX, read with the library ofxtools; bounded, for it reads a file whole."""

from __future__ import annotations

import html
import io
import logging
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

from statements.shape import Line, Refused, Statement, amount_of, currency_of, words

LARGEST_FILE = 64_000_000


def read(path: Path, name: str) -> list[Statement]:
    """All statements of a file; `name` is what messages call it."""
    # Imported here: a company that has no OFX files can do without the library.
    from ofxtools.Parser import OFXTree

    if path.stat().st_size > LARGEST_FILE:
        raise Refused(f"{name}: over {LARGEST_FILE} bytes; export fewer days into a file")
    content = path.read_bytes()
    if re.search(rb"<!(DOCTYPE|ENTITY)", content, re.IGNORECASE):
        raise Refused(f"{name}: it declares a document type or entities, which no bank needs; nothing of it was read")
    # The library reads on past the end of a file that was cut off.
    if b"</OFX>" not in content[-4096:]:
        raise Refused(f"{name}: it ends before </OFX>; it was cut off, ask the bank for the file again")
    logging.getLogger("ofxtools").setLevel(logging.CRITICAL)
    tree = OFXTree()
    try:
        root = tree.parse(io.BytesIO(content))
    except Exception as error:  # noqa: BLE001 (the library raises whatever the damage leads to)
        raise Refused(f"{name}{line_of(error, content)}: not well-formed OFX; ask the bank for the file again") from None
    if root is None:
        raise Refused(f"{name}: nothing in it; ask the bank for the file again")
    places = (".//STMTTRNRS/STMTRS", ".//CCSTMTTRNRS/CCSTMTRS")
    statements = [statement(node, name) for place in places for node in root.findall(place)]
    if not statements:
        raise Refused(f"{name}: no statement (STMTRS) in it")
    # A tag that is not closed would put a line, or a whole statement, inside another.
    begun, read_lines = content.count(b"<STMTTRN>"), sum(len(one.lines) for one in statements)
    if begun != read_lines:
        raise Refused(f"{name}: {begun} lines (STMTTRN), {read_lines} of which can be read; ask the bank for it again")
    return statements


def line_of(error: Exception, content: bytes) -> str:
    found = re.search(r"position=\[(\d+):", str(error))
    if not found:
        return ""
    body = max(content.find(b"<OFX>"), 0)
    return f", line {content.count(10, 0, body + int(found.group(1))) + 1}"


def text(node: Any, path: str) -> str:
    return html.unescape((node.findtext(path) or "").strip())


def day(written: str, place: str) -> date:
    """A bank's own date: 20240105, or 20240105120000.000[-5:EST], whose offset is the bank's."""
    try:
        return datetime.strptime(written[:8], "%Y%m%d").date()
    except ValueError:
        raise Refused(f"{place}: {written[:40]!r} is no date; ask the bank for the file again") from None


def statement(node: Any, name: str) -> Statement:
    account = text(node, "BANKACCTFROM/ACCTID") or text(node, "CCACCTFROM/ACCTID")
    place = f"{name}, {node.tag} of an account ending {account[-4:]}" if account else f"{name}, {node.tag}"
    if not account:
        raise Refused(f"{place}: no account (ACCTID); ask the bank for the file again")
    currency = currency_of(text(node, "CURDEF"), place)
    lines = []
    for number, row in enumerate(node.findall("BANKTRANLIST/STMTTRN"), start=1):
        here = f"{place}, STMTTRN {number}"
        if text(row, "CORRECTFITID"):
            raise Refused(f"{here}: it corrects an earlier line (CORRECTFITID); ask the bank for the whole period")
        other = text(row, "CURRENCY/CURSYM")
        if other and other != currency:
            raise Refused(f"{here}: in {other}, the statement is in {currency}; one statement, one currency")
        lines.append(
            Line(
                posted_date=day(text(row, "DTPOSTED"), here),
                value_date=day(text(row, "DTAVAIL"), here) if text(row, "DTAVAIL") else None,
                amount=amount_of(text(row, "TRNAMT"), here),
                bank_id=text(row, "FITID"),
                reference=words(text(row, "REFNUM") or text(row, "CHECKNUM")),
                description=words(text(row, "NAME"), text(row, "PAYEE/NAME"), text(row, "MEMO")),
                place=here,
            )
        )
    ledger = text(node, "LEDGERBAL/BALAMT")
    as_of = text(node, "LEDGERBAL/DTASOF")
    return Statement(
        account=account,
        currency=currency,
        number="",
        opening=None,
        closing=amount_of(ledger, f"{place}, LEDGERBAL") if ledger else None,
        closing_date=day(as_of, f"{place}, LEDGERBAL") if as_of else None,
        place=place,
        lines=lines,
    )
