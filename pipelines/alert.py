"""Tells a webhook that a run did not publish, why, and what to do.

One POST of a small JSON document, where `ALERT_WEBHOOK_URL` names an address; chat
tools show its `text`. Whatever the other side does, the run ends as it would have
ended. Rows of data are not sent, nor secrets; the address is one, and never shown.
"""

import json
import os
import re
import threading
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from http.client import HTTPException

from pipelines import record
from pipelines.conclusion import reason_and_remedy
from pipelines.errors import FitmartError
from pipelines.project import Settings

SENT = "sent"

ANSWER_SECONDS = 5.0
"""How long one read or write may take."""

PATIENCE_SECONDS = 10.0
"""How long all of it may take, however slowly the other side answers."""

CHARACTERS = 1000
SECRET_NAME = re.compile(r"KEY|SECRET|TOKEN|PASSWORD|PASSWD|CREDENTIAL|WEBHOOK")
SHORTEST_SECRET = 6
USER_IN_URL = re.compile(r"(?<=://)[^/\s@]+@")
ADDRESS = re.compile(r"[^\s@<>\"'(),;:=]+@[^\s@<>\"'(),;]+\.[A-Za-z]{2,}")


@dataclass(frozen=True)
class Alert:
    """What is sent.

    Args:
        text: Reason and remedy in one sentence.
        failed_checks: Names of checks, tests and models that failed.
    """

    text: str
    run_id: str
    state: str
    reason: str
    remedy: str
    failed_checks: tuple[str, ...]
    home: str
    as_of: str


def tell(settings: Settings, done: record.RunRecord) -> record.RunRecord:
    """Send word of a run that did not publish, once; what came of it is recorded."""
    if settings.alert_webhook_url is None or done.alert == SENT:
        return done
    problem = send(settings.alert_webhook_url, alert_of(settings, done))
    outcome = SENT if problem is None else f"not sent: {problem}"
    return record.update(settings.home, done.run_id, alert=outcome)


def tell_of_error(settings: Settings, run_id: str, error: FitmartError) -> None:
    """The same for a run that could not begin, and has no record.

    That another run is under way is no failure: it does what this one would have done.
    """
    if settings.alert_webhook_url is None or error.rule == "one_run_at_a_time":
        return
    done = record.RunRecord(
        run_id=run_id,
        started_at="",
        pid=os.getpid(),
        as_of=settings.as_of.isoformat(),
        state="failed",
        error=error.parts,
    )
    send(settings.alert_webhook_url, alert_of(settings, done))


def alert_of(settings: Settings, done: record.RunRecord) -> Alert:
    """What there is to say about a run, less what nobody else may know."""
    reason, remedy = (_cleaned(part) for part in reason_and_remedy(done))
    failed = [outcome.name for outcome in done.outcomes or () if not outcome.passed]
    failed += [refusal.check for refusal in done.refusals]
    return Alert(
        text=f"fitmart run {done.run_id} {done.state}: {reason}; what to do: {remedy}",
        run_id=done.run_id,
        state=done.state,
        reason=reason,
        remedy=remedy,
        failed_checks=tuple(_cleaned(name) for name in dict.fromkeys(failed)),
        home=_cleaned(str(settings.home.path)),
        as_of=done.as_of,
    )


def send(url: str, alert: Alert) -> str | None:
    """Post an alert; what was in the way, or None. Returns after `PATIENCE_SECONDS`."""
    problems: list[str | None] = []
    body = json.dumps(asdict(alert)).encode()
    thread = threading.Thread(
        target=lambda: problems.append(_posted(url, body)), daemon=True
    )
    thread.start()
    thread.join(PATIENCE_SECONDS)
    return problems[0] if problems else f"no answer within {PATIENCE_SECONDS:.0f} s"


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The address that was configured is the one that is told."""

    def redirect_request(self, *_: object, **__: object) -> None:
        return None


def _posted(url: str, body: bytes) -> str | None:
    """What was in the way, in words that do not give the address away."""
    try:
        # The scheme was looked at when the settings were read.
        request = urllib.request.Request(
            url, body, {"Content-Type": "application/json"}, method="POST"
        )
        opener = urllib.request.build_opener(_NoRedirect)
        with opener.open(request, timeout=ANSWER_SECONDS):
            return None
    except urllib.error.HTTPError as error:
        return f"the other side answered with {error.code}"
    except TimeoutError:
        return f"no answer within {ANSWER_SECONDS:.0f} s"
    except (OSError, ValueError, HTTPException) as error:
        reason = getattr(error, "reason", None)
        return f"it cannot be reached ({type(reason or error).__name__})"


def _cleaned(text: str) -> str:
    """Text without secrets of the environment, credentials in addresses, and e-mail."""
    for name, value in os.environ.items():
        if SECRET_NAME.search(name.upper()) and len(value) >= SHORTEST_SECRET:
            text = text.replace(value, "***")
    text = USER_IN_URL.sub("***@", text)
    text = ADDRESS.sub("***", text)
    return text if len(text) <= CHARACTERS else f"{text[: CHARACTERS - 1]}…"
