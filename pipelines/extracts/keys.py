"""The secret of a home: keyed hashes and the encryption of rejects.

Where the key comes from and what is derived from it. Who hashes what is said by the
feeds; what is encrypted is in `rejects.py`.
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from pathlib import Path

import duckdb
from cryptography.fernet import Fernet

from pipelines.errors import FitmartError
from pipelines.project import Home

KEY_BYTES = 32
SHA256_BLOCK_BYTES = 64


def load_key(home: Home) -> bytes:
    """The key of a home: from `FITMART_KEY`, else made once and kept in `keys/`.

    Raises:
        FitmartError: The key is malformed, readable by others, or not the one that
            this home was begun with.
    """
    text = os.environ.get("FITMART_KEY")
    if text:
        key = _decode(text.strip(), "FITMART_KEY")
    else:
        path = home.keys / "home.key"
        if not path.exists():
            if (home.keys / "fingerprint").exists():
                raise FitmartError(
                    "the key that this home was begun with is missing",
                    file=str(path),
                    rule="key_is_present",
                    remedy="Set FITMART_KEY as before, or restore the file.",
                )
            _write_once(path, secrets.token_hex(KEY_BYTES) + "\n")
        _is_private(path)
        key = _decode(path.read_text(encoding="ascii").strip(), str(path))
    _is_the_same_key(home, key)
    return key


def derive(key: bytes, purpose: str) -> bytes:
    """A key for one purpose, so that no two uses share one."""
    return hmac.new(key, f"fitmart {purpose}".encode(), hashlib.sha256).digest()


def hash_key(key: bytes) -> bytes:
    """The key of `keyed_hash` on the way in."""
    return derive(key, "keyed hash")


def reject_cipher(key: bytes) -> Fernet:
    """What encrypts and decrypts the raw records of rejects."""
    return Fernet(base64.urlsafe_b64encode(derive(key, "rejects")))


def create_keyed_hash(connection: duckdb.DuckDBPyConnection, key: bytes) -> None:
    """Create the SQL macro `keyed_hash(text)`: HMAC-SHA256 in hexadecimal.

    The pads are session variables with bound values, so that the key never stands in
    SQL text, where plans, logs and error messages would show it.
    """
    block = hash_key(key).ljust(SHA256_BLOCK_BYTES, b"\0")
    inner = bytes(byte ^ 0x36 for byte in block)
    outer = bytes(byte ^ 0x5C for byte in block)
    connection.execute("set variable fitmart_inner_pad = ?", [inner])
    connection.execute("set variable fitmart_outer_pad = ?", [outer])
    connection.execute(
        "create or replace temp macro keyed_hash(plain) as sha256("
        "getvariable('fitmart_outer_pad') || unhex(sha256("
        "getvariable('fitmart_inner_pad') || encode(plain))))"
    )


def _decode(text: str, origin: str) -> bytes:
    """Bytes from hexadecimal or base64; a passphrase would be guessable."""
    try:
        if len(text) == 2 * KEY_BYTES:
            return bytes.fromhex(text)
        key = base64.b64decode(text, altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != KEY_BYTES:
        raise FitmartError(
            f"the key is not {KEY_BYTES} bytes in hexadecimal or base64",
            file=origin,
            rule="key_is_strong",
            remedy="Make one with `openssl rand -hex 32`.",
        )
    return key


def _write_once(path: Path, text: str) -> None:
    """Write a private file whole or not at all; of two writers the first wins."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _is_private(path: Path) -> None:
    if path.stat().st_mode & 0o077:
        raise FitmartError(
            "others can read the key of this home",
            file=str(path),
            rule="key_is_private",
            remedy=f"Run `chmod 600 {path}`.",
        )


def _is_the_same_key(home: Home, key: bytes) -> None:
    """Another key would give the same person another hash from today on."""
    path = home.keys / "fingerprint"
    fingerprint = derive(key, "fingerprint").hex()[:16]
    if not path.exists():
        _write_once(path, fingerprint + "\n")
    if path.read_text(encoding="ascii").strip() != fingerprint:
        raise FitmartError(
            "the key is not the one that this home was begun with",
            file=str(path),
            rule="key_is_stable",
            remedy="Set FITMART_KEY as before, or begin a new home.",
        )
