"""Limits on what a delivered file may be: applied before DuckDB sees a byte.

Only the numbers live here; `scan.py` and `records.py` hold files to them.
"""

import os
from dataclasses import dataclass, fields

from pipelines.errors import FitmartError

MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Caps on size, ratio and shape; each can be set in the environment.

    The variable of `line_bytes` is `FITMART_MAX_LINE_BYTES`, and so on.
    """

    text_bytes: int = 64 * 1024 * MEBIBYTE
    """Decompressed size of one file."""
    ratio: int = 200
    """Decompressed over compressed size; plain text rarely exceeds 50."""
    ratio_free_bytes: int = 64 * MEBIBYTE
    """Decompressed size below which the ratio is not judged."""
    line_bytes: int = 16 * MEBIBYTE
    """Length of one line, and of one record that spans lines."""
    cells: int = 4096
    """Cells of one record."""
    header_bytes: int = 4 * MEBIBYTE
    """Everything before the first record."""
    listed_rejects: int = 10_000
    """Rejects listed of an extract refused whole; the file itself is kept."""

    @classmethod
    def from_environment(cls) -> "Limits":
        """The defaults, or what the environment says.

        Raises:
            FitmartError: A value is not a positive whole number.
        """
        chosen = {}
        for field in fields(cls):
            name = f"FITMART_MAX_{field.name.upper()}"
            text = os.environ.get(name)
            if not text:
                continue
            if not text.isdecimal() or int(text) == 0:
                raise FitmartError(
                    f"{name} is '{text}', which is not a positive whole number",
                    rule="limit_is_a_number",
                    remedy="Write it in digits, or unset it to use the default.",
                )
            chosen[field.name] = int(text)
        return cls(**chosen)
