"""The key of a home, and the keyed hash in SQL."""

import hashlib
import hmac
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import FitmartError
from pipelines.extracts.keys import create_keyed_hash, hash_key, load_key
from pipelines.project import Home


@pytest.mark.parametrize("text", ["", "ann@example.org", "é☃\U0001f600", "x" * 999])
def test_the_hash_in_sql_is_hmac_sha256(text: str) -> None:
    key = bytes(range(32))
    with duckdb.connect() as connection:
        create_keyed_hash(connection, key)
        row = connection.execute("select keyed_hash(?), keyed_hash(null)", [text])
        expected = hmac.new(hash_key(key), text.encode(), hashlib.sha256).hexdigest()
        assert row.fetchone() == (expected, None)


def test_a_generated_key_is_private_and_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FITMART_KEY", raising=False)
    home = Home(tmp_path)
    key = load_key(home)
    assert load_key(home) == key
    assert (home.keys / "home.key").stat().st_mode & 0o777 == 0o600
    (home.keys / "home.key").chmod(0o644)
    with pytest.raises(FitmartError, match="key_is_private"):
        load_key(home)


def test_another_key_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path)
    monkeypatch.setenv("FITMART_KEY", "ab" * 32)
    load_key(home)
    monkeypatch.setenv("FITMART_KEY", "cd" * 32)
    with pytest.raises(FitmartError, match="key_is_stable"):
        load_key(home)


@pytest.mark.parametrize("text", ["secret", "ab" * 31, "correct horse battery staple"])
def test_a_weak_key_is_refused(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FITMART_KEY", text)
    with pytest.raises(FitmartError, match="key_is_strong"):
        load_key(Home(tmp_path))
