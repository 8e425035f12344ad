"""What makes a delivered file the same extract: its content, and what it means."""

import hashlib
import os
import re
from pathlib import Path

from pipelines.extracts.contract import Contract
from pipelines.extracts.landing import Delivered


def extract_id_of(content_hash: str, contract: Contract, file_name: str) -> str:
    """The identity of an extract: its content and the meaning of its contract.

    Where the time of the rows stands in the file name, that time is part of what was
    delivered: the same content may come back and be true again.
    """
    return identify(
        content_hash, contract.meaning_hash, named_time(contract, file_name)
    )


def identify(content_hash: str, contract_hash: str, time: str) -> str:
    text = content_hash + contract_hash + time
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def named_time(contract: Contract, file_name: str) -> str:
    """The time in a file name as text, where the contract looks for it there."""
    effective_at = contract.records.effective_at
    if effective_at is None or effective_at.file_name is None:
        return ""
    found = re.search(effective_at.file_name, file_name)
    return (found.group(1) or "") if found and found.groups() else ""


def place_hash(file: Delivered) -> str:
    """What must not be opened is known by where it is."""
    return hashlib.sha256(file.relative_path.encode()).hexdigest()


def readable_name(path: Path) -> str:
    """The name of a file in valid Unicode."""
    return os.fsencode(path.name).decode("utf-8", "backslashreplace")
