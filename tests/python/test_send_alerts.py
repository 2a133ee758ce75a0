"""Sending alerts, against a real HTTP server and a real mail server on this machine: once, and never a secret."""

from __future__ import annotations

import json
import logging
import os
import socket
import subprocess
import sys
import threading
import warnings
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import duckdb
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from alerts.memory import Busy, Memory, locked  # noqa: E402
from alerts.messages import MOST_IN_A_DIGEST, digest, due  # noqa: E402
from alerts.reader import Alert, Reading, control_id  # noqa: E402
from send_alerts import main  # noqa: E402

COLUMNS = (
    "alert_id varchar, alert_rule varchar, severity varchar, entity_id varchar, leg varchar, subject varchar,"
    " opened_date date, closed_date date, measured_value decimal(24, 4), explanation varchar, what_to_do varchar"
)
STRAGGLER = ("a1", "straggler", "critical", "main", "ledger", "in_1", "2024-05-15", None, 50000,
             "Document in_1 has no counterpart", "Find it.")  # fmt: skip
DRIFT = ("a2", "drift", "warning", "main", "ledger", "open balance", "2024-05-20", None, 800,
         "The open balance has grown", "Look at it.")  # fmt: skip
CONTROL = "assert_debits_equal_credits"


class Warehouse:
    """A database with nothing but what is read, and the record of a run; both can change between two sendings."""

    def __init__(self, folder: Path) -> None:
        self.database, self.run_results = folder / "built.duckdb", folder / "run_results.json"
        self.state = folder / "state.json"
        with duckdb.connect(str(self.database)) as connection:
            connection.execute(f"create table fct_alerts ({COLUMNS})")
            connection.execute(
                "create table alert_rules as select 'control_off' as rule_id, 'control_off' as alert_rule,"
                " 10 as priority, 'critical' as severity, true as is_enabled, 'Run it.' as what_to_do"
            )

    def holds(self, *alerts: tuple) -> None:
        with duckdb.connect(str(self.database)) as connection:
            connection.execute("delete from fct_alerts")
            for alert in alerts:
                connection.execute(f"insert into fct_alerts values ({', '.join('?' * len(alert))})", list(alert))

    def ran(self, **statuses: str) -> None:
        results = [{"unique_id": f"test.tieout.{name}", "status": text} for name, text in statuses.items()]
        self.run_results.write_text(json.dumps({"results": results}), encoding="utf-8")

    def arguments(self, *more: str) -> list[str]:
        return ["--database", str(self.database), "--run-results", str(self.run_results),
                "--state", str(self.state), "--wait", "0", *more]  # fmt: skip

    def send(self, *more: str) -> int:
        return main(self.arguments(*more))


class Receiver:
    """An HTTP server that keeps what it is sent; `answers` are statuses to give first, then 200."""

    def __init__(self) -> None:
        self.received: list[tuple[str, dict]] = []
        self.answers: list[int] = []
        self.asked = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.asked += 1
                status = receiver.answers.pop(0) if receiver.answers else 200
                if status == 200:
                    receiver.received.append((self.path, json.loads(body)))
                self.send_response(status)
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def titles(self) -> list[str]:
        return [body["title"] for _, body in self.received]


@pytest.fixture
def receiver():
    server = Receiver()
    yield server
    server.server.shutdown()
    server.server.server_close()


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(tmp_path)


@pytest.fixture
def address(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"json://user:hunter2@127.0.0.1:{receiver.port}/finance"
    monkeypatch.setenv("TIEOUT_ALERT_URLS", url)
    return url


def closed_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def test_an_alert_is_sent_once(warehouse, receiver, address) -> None:
    warehouse.holds(STRAGGLER)
    assert warehouse.send() == 0
    path, body = receiver.received[0]
    assert path == "/finance"
    assert body["title"] == "critical: straggler (main ledger)"
    assert body["message"] == (
        "Document in_1 has no counterpart. Open since 2024-05-15. Find it. [a1]"
    )
    assert body["type"] == "failure"
    assert warehouse.send() == 0
    assert len(receiver.received) == 1


def test_an_alert_that_grew_is_said_again_and_one_that_did_not_is_not(warehouse, receiver, address) -> None:
    warehouse.holds(DRIFT)
    warehouse.send()
    warehouse.holds((*DRIFT[:8], 1199, *DRIFT[9:]))
    warehouse.send()
    assert receiver.titles == ["warning: drift (main ledger)"]
    warehouse.holds((*DRIFT[:8], 1200, *DRIFT[9:]))
    warehouse.send()
    warehouse.send()
    assert receiver.titles[1:] == ["warning: still drift (main ledger)"]


def test_a_closing_is_sent_once_and_only_to_who_knew_of_it(warehouse, receiver, address) -> None:
    over = (*STRAGGLER[:7], "2024-05-24", *STRAGGLER[8:])
    warehouse.holds(over)
    warehouse.send()
    assert receiver.received == []
    warehouse.holds(STRAGGLER)
    warehouse.send()
    warehouse.holds(over)
    warehouse.send()
    warehouse.send()
    assert receiver.titles[1:] == ["over: straggler (main ledger)"]
    assert receiver.received[1][1]["message"] == "straggler about in_1 is closed on 2024-05-24. [a1]"
    assert receiver.received[1][1]["type"] == "success"


def test_an_alert_whose_facts_are_gone_is_withdrawn(warehouse, receiver, address) -> None:
    warehouse.holds(STRAGGLER)
    warehouse.send()
    warehouse.holds()
    warehouse.send()
    assert "withdrawn" in receiver.received[1][1]["message"]


def test_a_control_is_off_until_a_run_finds_it_green(warehouse, receiver, address) -> None:
    warehouse.ran(**{CONTROL: "fail", "assert_the_summary_is_true": "pass", "not_null_x": "fail"})
    warehouse.send()
    assert receiver.titles == ["critical: control_off (all)"]
    assert CONTROL in receiver.received[0][1]["message"]
    # A run that does not judge the control says nothing of it.
    warehouse.ran(assert_the_summary_is_true="pass")
    warehouse.send()
    warehouse.ran(**{CONTROL: "skipped"})
    warehouse.send()
    assert len(receiver.received) == 1
    warehouse.ran(**{CONTROL: "pass"})
    warehouse.send()
    assert "holds again" in receiver.received[1][1]["message"]
    warehouse.ran(**{CONTROL: "error"})
    warehouse.send()
    assert len(receiver.received) == 3


@pytest.mark.parametrize("status", ["warn", "fail"])
def test_a_control_that_is_no_longer_told_of_is_not_called_well(warehouse, receiver, address, status) -> None:
    """Its rule is switched off while it is red, or its severity is lowered: nothing holds again."""
    warehouse.ran(**{CONTROL: "fail"})
    warehouse.send()
    with duckdb.connect(str(warehouse.database)) as connection:
        connection.execute("update alert_rules set is_enabled = false")
    warehouse.ran(**{CONTROL: status})
    assert warehouse.send() == 0
    assert len(receiver.received) == 1


def test_a_server_that_fails_twice_is_tried_a_third_time(warehouse, receiver, address) -> None:
    receiver.answers = [500, 500]
    warehouse.holds(STRAGGLER)
    assert warehouse.send() == 0
    assert (receiver.asked, len(receiver.received)) == (3, 1)


def test_a_server_that_is_down_is_told_by_the_next_run(warehouse, receiver, monkeypatch, capsys) -> None:
    down = f"json://user:hunter2@127.0.0.1:{closed_port()}/finance"
    up = f"json://127.0.0.1:{receiver.port}/finance"
    monkeypatch.setenv("TIEOUT_ALERT_URLS", f"{down}\n{up}")
    warehouse.holds(STRAGGLER, DRIFT)
    assert warehouse.send() == 1
    said = capsys.readouterr()
    assert "address 1 (JSON)" in said.err and said.err.count("\n") == 1
    assert "hunter2" not in said.out + said.err and "127.0.0.1" not in said.out + said.err
    # The one that was up has been told and is not told again; nothing has been noted of the other.
    assert len(receiver.received) == 2
    assert warehouse.send() == 1
    assert len(receiver.received) == 2
    assert len(Memory(warehouse.state).told) == 1


def test_what_was_sent_before_the_server_went_down_is_not_sent_again(warehouse, receiver, address) -> None:
    warehouse.holds(STRAGGLER, DRIFT)
    receiver.answers = [200, 500, 500, 500]
    assert warehouse.send() == 1
    assert warehouse.send() == 0
    assert receiver.titles == ["critical: straggler (main ledger)", "warning: drift (main ledger)"]


def test_two_runs_at_once_send_nothing_twice(warehouse, receiver, address) -> None:
    warehouse.holds(STRAGGLER, DRIFT)
    command = [sys.executable, str(ROOT / "scripts" / "send_alerts.py"), *warehouse.arguments()]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    assert [run.wait(60) for run in runs] == [0, 0]
    for run in runs:
        run.communicate()
    assert sorted(receiver.titles) == ["critical: straggler (main ledger)", "warning: drift (main ledger)"]


def test_a_run_that_waited_says_what_is_true_then(warehouse, receiver, address) -> None:
    """It would else open again what the run before it has just closed."""
    warehouse.holds(STRAGGLER)
    code = []
    with locked(warehouse.state, 0):
        waiting = threading.Thread(target=lambda: code.append(warehouse.send("--lock-wait", "30")))
        waiting.start()
        waiting.join(0.5)
        assert waiting.is_alive()
        warehouse.holds()
    waiting.join(60)
    assert code == [0] and receiver.received == []


def test_a_run_does_not_wait_for_ever(warehouse, receiver, address, capsys) -> None:
    warehouse.holds(STRAGGLER)
    with locked(warehouse.state, 0):
        assert warehouse.send("--lock-wait", "0") == 1
    assert "another run holds" in capsys.readouterr().err
    assert receiver.received == []
    with locked(warehouse.state, 0), pytest.raises(Busy), locked(warehouse.state, 0):
        pass


def test_a_dry_run_sends_nothing_and_needs_no_address(warehouse, receiver, address, monkeypatch, capsys) -> None:
    monkeypatch.delenv("TIEOUT_ALERT_URLS")
    warehouse.holds(STRAGGLER)
    assert warehouse.send("--dry-run") == 0
    assert "critical: straggler (main ledger): Document in_1" in capsys.readouterr().out
    assert receiver.asked == 0 and not warehouse.state.exists()


def test_less_grave_alerts_can_be_left_out(warehouse, receiver, address) -> None:
    warehouse.holds(STRAGGLER, DRIFT)
    warehouse.send("--min-severity", "critical")
    assert receiver.titles == ["critical: straggler (main ledger)"]


def test_a_digest_is_one_message(warehouse, receiver, address) -> None:
    warehouse.holds(STRAGGLER, DRIFT)
    assert warehouse.send("--digest") == 0
    (_, body), = receiver.received
    assert body["title"] == "tieout: 2 new, 0 grown, 0 over"
    assert body["message"].splitlines()[0].startswith("- critical: straggler")
    assert body["message"].splitlines()[1].startswith("- warning: drift")
    assert body["type"] == "failure"
    assert warehouse.send("--digest") == 0
    assert len(receiver.received) == 1


def test_a_long_digest_says_how_much_it_leaves_out() -> None:
    alerts = [Alert(f"a{number}", *STRAGGLER[1:]) for number in range(MOST_IN_A_DIGEST + 3)]
    messages = due(Reading(alerts, frozenset()), {}, "info", 1.5)
    assert digest(messages)[1].splitlines()[-1] == "- and 3 more, see fct_alerts"


def test_slack_gets_its_own_shape(warehouse, receiver, monkeypatch) -> None:
    from apprise.plugins.slack import NotifySlack

    monkeypatch.setattr(NotifySlack, "webhook_url", f"http://127.0.0.1:{receiver.port}/services")
    monkeypatch.setenv("TIEOUT_ALERT_URLS", "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ")
    warehouse.holds(STRAGGLER)
    assert warehouse.send() == 0
    (path, body), = receiver.received
    assert path == "/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    assert "Document in_1 has no counterpart" in json.dumps(body["attachments"])


def test_a_mail_arrives(warehouse, monkeypatch) -> None:
    from aiosmtpd.controller import Controller

    mails = []

    class Inbox:
        async def handle_DATA(self, server, session, envelope) -> str:
            mails.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
            return "250 OK"

    port = closed_port()
    controller = Controller(Inbox(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        monkeypatch.setenv(
            "TIEOUT_ALERT_URLS",
            f"mailto://127.0.0.1:{port}?from=tieout@books.example&to=finance@books.example&format=text",
        )
        warehouse.holds(STRAGGLER)
        assert warehouse.send() == 0
        assert warehouse.send() == 0
    finally:
        controller.stop()
    ((recipients, mail),) = mails
    assert recipients == ["finance@books.example"]
    assert mail["Subject"] == "critical: straggler (main ledger)"
    assert "Document in_1 has no counterpart" in mail.get_content()


def test_what_the_libraries_say_of_an_address_is_not_shown(warehouse, receiver, address, monkeypatch, caplog, recwarn) -> None:
    from apprise.plugins.custom_json import NotifyJSON

    def noisy(*_: object, **__: object) -> bool:
        logging.getLogger("urllib3.connection").warning("Certificate did not match expected hostname: hunter2")
        warnings.warn("Unverified HTTPS request is being made to host 'hunter2'", stacklevel=1)
        raise OSError("HTTPConnectionPool(host='hunter2', port=443): /services/secret")

    monkeypatch.setattr(NotifyJSON, "send", noisy)
    warehouse.holds(STRAGGLER)
    assert warehouse.send() == 1
    assert "hunter2" not in caplog.text + "".join(str(warning.message) for warning in recwarn)


@pytest.mark.parametrize(
    ("urls", "words"),
    [("", "is not set"), ("  ", "is not set"), ("hunter2://secret", "address 1"), ("json://ok hunter2", "address 2")],
)
def test_addresses_that_cannot_be_read_are_one_line_without_them(warehouse, monkeypatch, capsys, urls, words) -> None:
    monkeypatch.setenv("TIEOUT_ALERT_URLS", urls)
    assert warehouse.send() == 2
    said = capsys.readouterr()
    assert words in said.err and said.err.count("\n") == 1
    assert "hunter2" not in said.err and "secret" not in said.err


def test_what_cannot_be_read_is_one_line(warehouse, address, capsys) -> None:
    assert warehouse.send("--database", str(warehouse.database.parent / "nothing.duckdb")) == 2
    assert warehouse.send("--schema", 'x"y') == 2
    warehouse.run_results.write_text("{}", encoding="utf-8")
    assert warehouse.send() == 2
    warehouse.ran()
    told = {"severity": "info", "value": 1, "rule": "drift", "where": "main", "subject": "in_1"}
    states = ["[]", "{}", '{"version": 1, "told": {"t": []}}', '{"version": 1, "told": {"t": {"a1": {}}}}']
    for name, wrong in (("severity", "loud"), ("value", "much"), ("value", None)):
        states.append(json.dumps({"version": 1, "told": {"t": {"a1": {**told, name: wrong}}}}))
    for state in states:
        warehouse.state.write_text(state, encoding="utf-8")
        assert warehouse.send() == warehouse.send("--dry-run") == 2
    said = capsys.readouterr()
    assert said.err.count("\n") == 3 + 2 * len(states) and "Traceback" not in said.err


def test_alerts_of_another_engine_come_as_a_file(warehouse, receiver, address, capsys) -> None:
    names = [column.split()[0] for column in COLUMNS.replace("decimal(24, 4)", "decimal").split(", ")]
    exported = warehouse.database.parent / "alerts.json"
    exported.write_text(json.dumps({"show": [dict(zip(names, STRAGGLER))]}), encoding="utf-8")
    warehouse.ran(**{CONTROL: "fail"})
    assert warehouse.send("--alerts", str(exported)) == 0
    assert receiver.titles == ["critical: straggler (main ledger)", "critical: control_off (all)"]
    exported.write_text('{"show": [{}]}', encoding="utf-8")
    assert warehouse.send("--alerts", str(exported)) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_state_file_is_replaced_as_a_whole(tmp_path, monkeypatch) -> None:
    memory = Memory(tmp_path / "state.json")
    said = {"severity": "info", "value": 1.0, "rule": "drift", "where": "main", "subject": "in_1"}
    memory.told = {"target": {"a1": said}}
    memory.save()
    assert Memory(memory.path).told == memory.told
    before = memory.path.read_bytes()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", killed)
    memory.told = {}
    with pytest.raises(KeyboardInterrupt):
        memory.save()
    assert memory.path.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]


def test_nothing_is_said_that_cannot_be_remembered(warehouse, receiver, address, monkeypatch, capsys) -> None:
    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "replace", full)
    warehouse.holds(STRAGGLER)
    assert warehouse.send() == 2
    assert capsys.readouterr().err == "send_alerts.py: No space left on device\n"
    assert receiver.asked == 0


def test_a_control_keeps_its_name_from_run_to_run() -> None:
    assert control_id(CONTROL) == control_id(CONTROL) != control_id("assert_something_else_holds")


def test_the_command_says_how_it_is_used(capsys) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    assert "TIEOUT_ALERT_URLS" in capsys.readouterr().out
