"""Word of a failed run: what is sent, what is never sent, and that it never gets in
the way. Against a real server on 127.0.0.1."""

import json
import socket
import threading
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pipelines import alert, record
from pipelines.alert import SENT, alert_of, send, tell, tell_of_error
from pipelines.errors import FitmartError
from pipelines.project import Home, Settings
from pipelines.publishing.outcome import CheckOutcome, Refusal
from tests.unit.webhook import listening

REFUSALS = (
    Refusal(
        "extract_refused", "orders_2.csv was refused", ("row 7: x@y.org",), "Mend."
    ),
    Refusal("fct_orders__adds_up", "3 rows", ("amount=1",), "Look."),
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    home = Home(tmp_path / "home")
    home.runs.mkdir(parents=True)
    return Settings(
        home=home,
        landing=tmp_path,
        contracts=tmp_path,
        as_of=date(2026, 1, 1),
    )


def refused(settings: Settings, **changes: object) -> record.RunRecord:
    record.start(settings, "run-1")
    values = {
        "refusals": REFUSALS,
        "outcomes": (
            CheckOutcome("shop.order_lines.fits", passed=False),
            CheckOutcome("crm.accounts.fits", passed=True),
        ),
        **changes,
    }
    return record.end(settings.home, "run-1", "refused", **values)


def test_reason_remedy_checks_run_and_home_are_sent_once(settings: Settings) -> None:
    done = refused(settings)
    with listening() as webhook:
        settings = replace(settings, alert_webhook_url=webhook.url)
        told = tell(settings, done)
        assert told.alert == SENT
        assert record.required(settings.home, "run-1").alert == SENT
        tell(settings, told)
    (posted,) = webhook.posted
    assert posted == {
        "text": "fitmart run run-1 refused: orders_2.csv was refused "
        "(and 1 more: fitmart status); what to do: Mend.",
        "run_id": "run-1",
        "state": "refused",
        "reason": "orders_2.csv was refused (and 1 more: fitmart status)",
        "remedy": "Mend.",
        "failed_checks": [
            "shop.order_lines.fits",
            "extract_refused",
            "fct_orders__adds_up",
        ],
        "home": str(settings.home.path),
        "as_of": "2026-01-01",
    }


def test_nobody_is_told_where_no_address_is_given(settings: Settings) -> None:
    done = refused(settings)
    assert tell(settings, done) == done
    assert done.alert is None


def test_secrets_and_addresses_of_people_are_left_out(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FITMART_KEY", "00112233445566778899")
    monkeypatch.setenv("ALERT_WEBHOOK_URL", "https://chat.example.com/T0/B0/abc")
    problem = (
        "cannot open postgres://ann:hunter2@db/x with 00112233445566778899 "
        "of ann.lee@example.org for https://chat.example.com/T0/B0/abc"
    )
    done = refused(
        settings, refusals=(Refusal("c", problem, ("row=ann.lee@example.org",), "Go."),)
    )
    sent = json.dumps(alert_of(settings, done).__dict__)
    for secret in ("hunter2", "0011223344", "ann:", "ann.lee", "T0/B0", "row="):
        assert secret not in sent
    assert "cannot open postgres://***@db/x with *** of *** for ***" in sent


def test_settings_do_not_show_the_address(settings: Settings) -> None:
    known = replace(settings, alert_webhook_url="https://chat.example.com/abc")
    assert "chat.example.com" not in repr(known)


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_server_that_refuses_is_recorded_and_nothing_more(
    settings: Settings, status: int
) -> None:
    done = refused(settings)
    with listening(status, {"Location": "http://127.0.0.1:9/"}) as webhook:
        told = tell(replace(settings, alert_webhook_url=webhook.url), done)
    assert told.alert == f"not sent: the other side answered with {status}"
    assert told.state == "refused"
    assert len(webhook.posted) == 1, "a redirection is not followed"


def test_a_server_that_hangs_costs_a_few_seconds(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alert, "ANSWER_SECONDS", 0.3)
    done = refused(settings)
    with listening(0) as webhook:
        began = time.monotonic()
        told = tell(replace(settings, alert_webhook_url=webhook.url), done)
        assert time.monotonic() - began < 5
    assert told.alert is not None
    assert told.alert.startswith("not sent: no answer within")


def test_a_server_that_trickles_is_not_waited_for(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each byte comes in time, and the answer never ends."""
    monkeypatch.setattr(alert, "PATIENCE_SECONDS", 1.0)
    done = refused(settings)
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"

        def trickle() -> None:
            connection, _ = server.accept()
            with connection:
                for _ in range(40):
                    time.sleep(0.2)
                    try:
                        connection.sendall(b"H")
                    except OSError:
                        return

        threading.Thread(target=trickle, daemon=True).start()
        began = time.monotonic()
        problem = send(url, alert_of(settings, done))
        assert time.monotonic() - began < 5
    assert problem == "no answer within 1 s"


def test_a_server_that_is_not_there_is_told_without_its_address(
    settings: Settings,
) -> None:
    problem = send("http://127.0.0.1:9/s3cr3t", alert_of(settings, refused(settings)))
    assert problem == "it cannot be reached (ConnectionRefusedError)"


def test_a_home_that_cannot_be_used_is_told_of_and_another_run_is_not(
    settings: Settings,
) -> None:
    with listening() as webhook:
        settings = replace(settings, alert_webhook_url=webhook.url)
        full = FitmartError("only 3 MB are free", rule="disk_has_space", remedy="Room.")
        tell_of_error(settings, "run-9", full)
        held = FitmartError("held", rule="one_run_at_a_time", remedy="Wait.")
        tell_of_error(settings, "run-10", held)
    (posted,) = webhook.posted
    assert posted["run_id"] == "run-9"
    assert (posted["reason"], posted["remedy"]) == ("only 3 MB are free", "Room.")
    assert posted["state"] == "failed"


@pytest.mark.parametrize("text", ["file:///etc/passwd", "chat.example.com", "https://"])
def test_an_address_that_is_none_is_refused_without_being_shown(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERT_WEBHOOK_URL", text)
    with pytest.raises(FitmartError) as caught:
        Settings.from_environment()
    assert caught.value.rule == "setting_is_an_address"
    assert text not in str(caught.value).replace("https:// or http://", "")
