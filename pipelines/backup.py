"""Backs up a whole home into one archive, and restores it.

The archive is a tar under zstd; its first member, `MANIFEST.json`, names every file
with its size and SHA-256. What is only of use while a run lasts is left out. Restoring
goes into an empty folder, is verified file by file, and appears in one step.

Without its key a home keeps the key's fingerprint, so that a restored one does not
begin with another. Links that lead out of the home are left out, as ingest does.
"""

import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import zstandard

from pipelines.errors import FitmartError
from pipelines.extracts.warehouse import open_build
from pipelines.home import (
    HOME_VERSION,
    PASSABLE,
    PRIVATE,
    READABLE,
    opened,
    read_identity,
)
from pipelines.project import Home, Settings

MANIFEST = "MANIFEST.json"
FORMAT = 1
CHUNK = 1 << 20
LEFT_OUT = ("spool", "dagster", "dbt", "exports")
"""What the next run makes again, exports where they are wanted."""

KEY = "keys/home.key"
LOCKS = ("warehouse/lock", "warehouse/holder.json", "marts/.lock")


@dataclass(frozen=True)
class Copied:
    """How much went into an archive, or came out of it."""

    files: int
    size_bytes: int


def back_up(
    settings: Settings, destination: Path, *, with_keys: bool, wait: bool = False
) -> Copied:
    """Write an archive of a home while no run works on it.

    Args:
        settings: Whose home.
        destination: The archive; it must not exist, nor lie inside the home.
        with_keys: Include the key that decrypts rejects and makes keyed hashes.
        wait: Wait for a run instead of refusing.

    Raises:
        FitmartError: The home is in use, or the destination cannot be used.
    """
    home = settings.home
    if read_identity(home) is None:
        raise FitmartError(
            "there is no home to back up",
            file=str(home.path),
            rule="home_exists",
            remedy="Name it with --home or FITMART_HOME.",
        )
    _is_free(destination, home)
    with opened(settings, "backup", wait=wait):
        if home.build.exists():
            with open_build(home) as connection:
                connection.execute("checkpoint")
        paths = list(_members(home, with_keys=with_keys))
        entries = {str(path.relative_to(home.path)): _entry(path) for path in paths}
        manifest = {"format": FORMAT, "with_keys": with_keys, "files": entries}
        temporary = destination.with_name(f".{destination.name}.tmp")
        # Of a backup that was killed.
        temporary.unlink(missing_ok=True)
        try:
            _write_archive(temporary, home, manifest)
            temporary.replace(destination)
        finally:
            temporary.unlink(missing_ok=True)
    size = sum(int(entry.get("size", 0)) for entry in entries.values())
    return Copied(len(entries), size)


def restore(source: Path, home: Home) -> Copied:
    """Make a home from an archive.

    Raises:
        FitmartError: The archive is damaged or of another version, or there is a
            home already.
    """
    if home.path.exists() and not _is_empty_folder(home.path):
        raise FitmartError(
            "there is something in the way of the restored home",
            file=str(home.path),
            rule="restore_into_nothing",
            remedy="Name an empty or new folder with --home.",
        )
    staging = home.path.with_name(f".{home.path.name}.restoring")
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(parents=True, mode=0o700)
    try:
        manifest = _read_archive(source, staging)
        _is_whole(source, staging, manifest)
        identity = read_identity(Home(staging))
        if identity is None or identity.version != HOME_VERSION:
            raise _damaged(source, "it holds a home of another version")
        _open_to_readers(staging)
        if home.path.exists():
            home.path.rmdir()
        staging.replace(home.path)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    files = manifest["files"]
    size = sum(int(entry.get("size", 0)) for entry in files.values())
    return Copied(len(files), size)


def _is_empty_folder(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


def _open_to_readers(path: Path) -> None:
    """What is not for readers was unpacked as its owner's alone, and stays so."""
    for_readers = (Home(path).marts, Home(path).reports)
    for folder in (child for child in path.rglob("*") if child.is_dir()):
        folder.chmod(READABLE if folder in for_readers else PRIVATE)
    path.chmod(PASSABLE)


def _is_free(destination: Path, home: Home) -> None:
    problem = None
    if destination.exists():
        problem = "this file exists already"
    elif destination.resolve().is_relative_to(home.path):
        problem = "a backup must not lie inside the home"
    elif not destination.resolve().parent.is_dir():
        problem = "the folder of this file does not exist"
    if problem is not None:
        raise FitmartError(
            problem,
            file=str(destination),
            rule="backup_destination_is_free",
            remedy="Name another file.",
        )


def _members(home: Home, *, with_keys: bool) -> Iterator[Path]:
    left_out = {*LOCKS, *(() if with_keys else (KEY,))}
    for folder, folders, files in os.walk(home.path):
        here = Path(folder)
        if here == home.path:
            folders[:] = [name for name in folders if name not in LEFT_OUT]
        for name in sorted(files):
            path = here / name
            relative = path.relative_to(home.path).as_posix()
            # Half-written files of ours are hidden; delivered ones may be called so.
            is_half = name.startswith(".") and name.endswith(".tmp")
            if relative in left_out or is_half:
                continue
            if _leads_inside(path, home) if path.is_symlink() else path.is_file():
                yield path


def _leads_inside(link: Path, home: Home) -> bool:
    target = link.readlink()
    return not target.is_absolute() and link.resolve().is_relative_to(home.path)


def _entry(path: Path) -> dict[str, Any]:
    if path.is_symlink():
        return {"link": str(path.readlink())}
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    status = path.stat()
    return {"size": status.st_size, "mode": status.st_mode & 0o777, "sha256": digest}


def _write_archive(path: Path, home: Home, manifest: dict[str, Any]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        packer = zstandard.ZstdCompressor(level=3, write_checksum=True)
        with (
            packer.stream_writer(file, closefd=False) as packed,
            tarfile.open(fileobj=packed, mode="w|") as archive,
        ):
            text = json.dumps(manifest, indent=1).encode()
            head = tarfile.TarInfo(MANIFEST)
            head.size = len(text)
            archive.addfile(head, io.BytesIO(text))
            for relative in manifest["files"]:
                archive.add(home.path / relative, arcname=relative, recursive=False)
        file.flush()
        os.fsync(file.fileno())


def _read_archive(source: Path, staging: Path) -> dict[str, Any]:
    """Unpack what the manifest names, and nothing else, below the staging folder."""
    manifest: dict[str, Any] | None = None
    with _damage_named(source), source.open("rb") as file:
        packed = zstandard.ZstdDecompressor().stream_reader(file)
        with tarfile.open(fileobj=packed, mode="r|") as archive:
            for member in archive:
                if manifest is None:
                    manifest = _manifest(source, archive, member)
                elif member.name in manifest["files"] and _is_below(member.name):
                    archive.extract(member, staging, filter="data")
                else:
                    raise _damaged(source, f"it holds '{member.name}' unannounced")
    if manifest is None:
        raise _damaged(source, "it is empty")
    return manifest


def _manifest(
    source: Path, archive: tarfile.TarFile, member: tarfile.TarInfo
) -> dict[str, Any]:
    content = archive.extractfile(member) if member.name == MANIFEST else None
    if content is None:
        raise _damaged(source, "it has no manifest")
    manifest: dict[str, Any] = json.load(content)
    if manifest["format"] != FORMAT:
        raise _damaged(source, f"it is of format {manifest['format']}")
    return manifest


def _is_whole(source: Path, staging: Path, manifest: dict[str, Any]) -> None:
    for relative, expected in manifest["files"].items():
        path = staging / relative
        if not path.is_symlink() and not path.is_file():
            raise _damaged(source, f"'{relative}' is missing")
        if not path.is_symlink():
            path.chmod(expected.get("mode", 0o600))
        if _entry(path) != expected:
            raise _damaged(source, f"'{relative}' is not what was backed up")


def _is_below(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


@contextmanager
def _damage_named(source: Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise FitmartError(
            "there is no such archive",
            file=str(source),
            rule="backup_exists",
            remedy="Check the path.",
        ) from error
    except (
        tarfile.TarError,
        zstandard.ZstdError,
        ValueError,
        KeyError,
        TypeError,
        EOFError,
    ) as error:
        why = f"it is cut short, or no backup of a home ({error})"
        raise _damaged(source, why) from error


def _damaged(source: Path, why: str) -> FitmartError:
    return FitmartError(
        f"this archive cannot be restored: {why}",
        file=str(source),
        rule="backup_is_whole",
        remedy="Take another backup; nothing was put in place.",
    )
