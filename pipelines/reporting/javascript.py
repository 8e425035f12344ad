"""The JavaScript of the page: Vega-Lite as vl-convert ships it, and our own few lines.

All of it is put into the page; nothing is loaded when somebody opens it.
"""

import base64
import hashlib
from functools import lru_cache
from pathlib import Path

from pipelines.errors import FitmartError

ASSETS = Path(__file__).parent / "assets"


@lru_cache(maxsize=1)
def library() -> str:
    """Vega, Vega-Lite and vega-embed, as one script that defines `vegaEmbed`.

    Raises:
        FitmartError: The package that brings them is not installed.
    """
    try:
        # 88 MB of shared library, which only a run that publishes has to load.
        import vl_convert  # noqa: PLC0415
    except ImportError as error:
        raise FitmartError(
            "the report cannot be drawn: vl-convert-python is not installed",
            rule="report_renders",
            remedy="Install what requirements.lock pins: `make setup`.",
        ) from error
    script: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return script


def own() -> str:
    """What draws every chart of the page."""
    return (ASSETS / "report.js").read_text(encoding="utf-8")


def style() -> str:
    """The style sheet."""
    return (ASSETS / "report.css").read_text(encoding="utf-8")


def content_hash(text: str) -> str:
    """What a content security policy names a script by."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
