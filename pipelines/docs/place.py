"""Puts a page where people look for it, whole or not at all."""

from pathlib import Path


def put(file: Path, content: bytes) -> None:
    """Replace a page in one step, so that nobody reads half of one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f".{file.name}.tmp")
    temporary.write_bytes(content)
    temporary.replace(file)
