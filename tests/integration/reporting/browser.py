"""Drives a headless Chromium over its DevTools protocol: what a test of a page needs.

No driver and no download: a Chromium on PATH, and a web socket.
"""

import base64
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL = "no Chromium on PATH; install one: apt-get install -y chromium"
SECONDS = 60


def executable() -> str | None:
    """The Chromium that is on PATH."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Browser:
    """One tab, and everything that it complained about or asked for."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._number = 0
        self._session: str | None = None
        self.complaints: list[str] = []
        self.requests: list[str] = []

    def attach(self) -> None:
        """Open a tab and listen to it."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Call a method of the protocol, taking note of events on the way."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._socket.send(json.dumps(message))
        while True:
            answer = json.loads(self._socket.recv(timeout=SECONDS))
            if answer.get("id") == self._number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                result: dict[str, Any] = answer["result"]
                return result
            self._note(answer)

    def _note(self, event: dict[str, Any]) -> None:
        method, told = event.get("method"), event.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(told["exceptionDetails"])[:500])
        elif method == "Runtime.consoleAPICalled" and told["type"] in (
            "error",
            "warning",
            "assert",
        ):
            self.complaints.append(json.dumps(told["args"])[:500])
        elif method == "Log.entryAdded" and told["entry"]["level"] in (
            "error",
            "warning",
        ):
            self.complaints.append(told["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])

    def look(self, width: int, height: int, *, dark: bool = False) -> None:
        """Set the size of the window, and what the reader prefers."""
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 500,
        )
        scheme = "dark" if dark else "light"
        self.media("screen", scheme)

    def media(self, media: str, scheme: str = "light") -> None:
        """Show the page as on a medium: `screen` or `print`."""
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.call("Emulation.setEmulatedMedia", media=media, features=[feature])

    def open(self, file: Path) -> None:
        """Open a file and wait until every chart is drawn, or one has failed."""
        self.complaints.clear()
        self.requests.clear()
        self.call("Page.navigate", url=file.resolve().as_uri())
        ends = time.monotonic() + SECONDS
        while time.monotonic() < ends and not self.complaints:
            if self.run("document.documentElement?.dataset.drawn === 'yes'"):
                return
            time.sleep(0.1)
        raise AssertionError(f"the charts were not drawn: {self.complaints}")

    def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        result = self.call(
            "Runtime.evaluate",
            expression=script,
            returnByValue=True,
            awaitPromise=True,
        )
        if "exceptionDetails" in result:
            raise AssertionError(json.dumps(result["exceptionDetails"])[:500])
        return result["result"].get("value")

    def press(self, key: str, *, code: int, shift: bool = False) -> None:
        """Press and release a key."""
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code=key,
                windowsVirtualKeyCode=code,
                modifiers=8 if shift else 0,
            )

    def picture(self, file: Path, *, whole: bool = False) -> None:
        """Save what is seen as PNG."""
        shot = self.call(
            "Page.captureScreenshot", format="png", captureBeyondViewport=whole
        )
        file.write_bytes(base64.b64decode(shot["data"]))

    def paper(self) -> bytes:
        """The page as PDF."""
        printed = self.call(
            "Page.printToPDF", printBackground=False, preferCSSPageSize=True
        )
        return base64.b64decode(printed["data"])


@contextmanager
def started(path: str) -> Iterator[Browser]:
    """A browser that cannot reach any network, and is gone afterwards."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [
                path,
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--hide-scrollbars",
                "--remote-debugging-port=0",
                f"--user-data-dir={profile}",
                "about:blank",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            with connect(
                _address(Path(profile)), max_size=None, open_timeout=SECONDS
            ) as socket:
                browser = Browser(socket)
                browser.attach()
                yield browser
        finally:
            process.terminate()
            process.wait(SECONDS)


def _address(profile: Path) -> str:
    """Where the browser listens, which it writes into its profile."""
    file = profile / "DevToolsActivePort"
    ends = time.monotonic() + SECONDS
    while time.monotonic() < ends:
        lines = file.read_text().split("\n") if file.exists() else []
        if len(lines) > 1:
            return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
        time.sleep(0.1)
    raise AssertionError("the browser did not start")
