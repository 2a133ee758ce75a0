"""ISO 20022 camt.053, every version: read as a stream, one entry in memory at a time.

The parser is Python's own expat. A document type, and with it every entity, is refused before it is read.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Iterator
from xml.parsers import expat

from statements.shape import Line, Refused, Statement, amount_of, currency_of, words

OPENING = ("OPBD", "PRCD")
DEEPEST = 64
LARGEST_ENTRY = 1_000_000


class Node:
    """An element without its namespace: name, attributes, text, children and the line it starts in."""

    __slots__ = ("name", "attributes", "texts", "children", "line")

    def __init__(self, name: str, attributes: dict[str, str], line: int) -> None:
        self.name, self.attributes, self.line = name, attributes, line
        self.texts: list[str] = []
        self.children: list[Node] = []

    def all(self, path: str) -> Iterator[Node]:
        first, _, rest = path.partition("/")
        for child in self.children:
            if child.name == first:
                if rest:
                    yield from child.all(rest)
                else:
                    yield child

    def text(self, *paths: str) -> str:
        for path in paths:
            for node in self.all(path):
                if found := "".join(node.texts).strip():
                    return found
        return ""


def read(path: Path, name: str) -> list[Statement]:
    """All statements of a file; `name` is what messages call it."""
    reader = Reader(name)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    reader.parser = parser
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    parser.StartDoctypeDeclHandler = reader.refuse_document_type
    try:
        with path.open("rb") as file:
            parser.ParseFile(file)
    except expat.ExpatError as error:
        reason = expat.ErrorString(error.code)
        raise Refused(
            f"{name}, line {error.lineno}: not well-formed XML ({reason}); ask the bank for the file again"
        ) from None
    if not reader.statements:
        raise Refused(f"{name}: no statement (BkToCstmrStmt/Stmt) in it; camt.052 and camt.054 are not statements")
    return reader.statements


class Reader:
    def __init__(self, name: str) -> None:
        self.name = name
        self.parser: expat.XMLParserType
        self.open: list[Node] = []
        self.size = 0
        self.statements: list[Statement] = []
        self.lines: list[Line] = []
        self.currencies: dict[str, str] = {}  # of the entries: where each was met first
        self.pending = 0

    def refuse_document_type(self, *_: object) -> None:
        raise Refused(
            f"{self.name}, line {self.parser.CurrentLineNumber}: it declares a document type or entities, which no"
            " bank needs; nothing of it was read"
        )

    def start(self, name: str, attributes: dict[str, str]) -> None:
        node = Node(name.rpartition(" ")[2], attributes, self.parser.CurrentLineNumber)
        if len(self.open) >= DEEPEST:
            raise Refused(f"{self.name}, line {node.line}: more than {DEEPEST} elements inside each other")
        if node.name == "Stmt":
            self.lines, self.currencies, self.pending = [], {}, 0
        if node.name in ("Stmt", "Ntry", "Bal"):
            self.size = 0
        self.open.append(node)

    def characters(self, text: str) -> None:
        self.size += len(text)
        if self.size > LARGEST_ENTRY:
            raise Refused(f"{self.name}, line {self.parser.CurrentLineNumber}: an entry of over a million characters")
        if self.open:
            self.open[-1].texts.append(text)

    def end(self, _: str) -> None:
        node = self.open.pop()
        parents = [parent.name for parent in self.open]
        if node.name == "Ntry" and parents[-1:] == ["Stmt"]:
            self.entry(node)
        elif node.name == "Stmt" and parents[-1:] == ["BkToCstmrStmt"]:
            self.statements.append(self.statement(node))
        elif self.open:
            self.open[-1].children.append(node)

    def place(self, node: Node) -> str:
        return f"{self.name}, line {node.line}, {node.name}"

    def day(self, node: Node, path: str) -> date | None:
        written = node.text(f"{path}/Dt", f"{path}/DtTm")
        if not written:
            return None
        try:
            return date.fromisoformat(written[:10])
        except ValueError:
            raise Refused(f"{self.place(node)}: {written[:40]!r} is no date; ask the bank for the file again") from None

    def signed(self, node: Node) -> Decimal:
        """The amount with the sign of CdtDbtInd, which for a reversal already is the way the money went."""
        amount = amount_of(node.text("Amt"), self.place(node))
        direction = node.text("CdtDbtInd")
        if direction not in ("CRDT", "DBIT"):
            raise Refused(f"{self.place(node)}: CdtDbtInd {direction[:10]!r} is neither CRDT nor DBIT")
        return amount if direction == "CRDT" else -amount

    def currency(self, node: Node) -> str:
        for amount in node.all("Amt"):
            return currency_of(amount.attributes.get("Ccy"), self.place(node))
        raise Refused(f"{self.place(node)}: no Amt in it")

    def entry(self, node: Node) -> None:
        status = node.text("Sts/Cd", "Sts/Prtry", "Sts")
        if status != "BOOK":
            self.pending += 1
            return
        booked, value = self.day(node, "BookgDt"), self.day(node, "ValDt")
        if booked is None:
            raise Refused(f"{self.place(node)}: no booking date (BookgDt); ask the bank for the file again")
        details = list(node.all("NtryDtls/TxDtls"))
        quoted = [detail.text("RmtInf/Strd/CdtrRefInf/Ref", "Refs/EndToEndId") for detail in details]
        line = Line(
            posted_date=booked,
            value_date=value,
            amount=self.signed(node),
            bank_id=node.text("AcctSvcrRef") or node.text("NtryDtls/TxDtls/Refs/AcctSvcrRef"),
            reference=words(*(text for text in quoted if text != "NOTPROVIDED")),
            description=words(
                *("".join(text.texts) for detail in details for text in detail.all("RmtInf/Ustrd")),
                node.text("AddtlNtryInf"),
                *(detail.text("AddtlTxInf") for detail in details),
            ),
            place=self.place(node),
        )
        self.currencies.setdefault(self.currency(node), line.place)
        self.lines.append(line)

    def statement(self, node: Node) -> Statement:
        balances = {balance.text("Tp/CdOrPrtry/Cd"): balance for balance in node.all("Bal")}
        opening = next((balances[code] for code in OPENING if code in balances), None)
        closing = balances.get("CLBD")
        if opening is None or closing is None:
            missing = "opening balance (OPBD or PRCD)" if opening is None else "closing balance (CLBD)"
            raise Refused(f"{self.place(node)}: no {missing}, so its lines cannot be proved; ask the bank for it")
        account = node.text("Acct/Id/IBAN", "Acct/Id/Othr/Id")
        if not account:
            raise Refused(f"{self.place(node)}: no account (Acct/Id); ask the bank for the file again")
        currency = self.currency(closing)
        self.currencies.setdefault(self.currency(opening), self.place(opening))
        for other, place in self.currencies.items():
            if other != currency:
                raise Refused(f"{place}: in {other}, the closing balance is in {currency}; one statement, one currency")
        return Statement(
            account=account,
            currency=currency,
            number=node.text("LglSeqNb", "ElctrncSeqNb"),
            opening=self.signed(opening),
            closing=self.signed(closing),
            closing_date=self.day(closing, "Dt"),
            place=f"{self.place(node)} {node.text('Id')[:35]}",
            lines=self.lines,
            pending=self.pending,
        )
