"""`fitmart backup` and `fitmart restore`: a whole home in one verified archive."""

import os
from pathlib import Path
from typing import Annotated

import typer

Destination = Annotated[Path, typer.Argument(help="Archive to write (.tar.zst).")]
Source = Annotated[Path, typer.Argument(help="Archive to restore from.")]
WithKeys = Annotated[
    bool,
    typer.Option(
        "--with-keys", help="Include the home's key: keep the archive secret."
    ),
]
Wait = Annotated[bool, typer.Option("--wait", help="Wait for a run that is under way.")]


def backup(
    destination: Destination, with_keys: WithKeys = False, wait: Wait = False
) -> None:
    """Write a consistent copy of the home while nothing else works on it.

    Example: fitmart backup /backups/fitmart-2026-02-01.tar.zst --with-keys
    """
    from pipelines.backup import back_up
    from pipelines.cli.options import settings_of_home
    from pipelines.cli.show import console

    done = back_up(settings_of_home(), destination, with_keys=with_keys, wait=wait)
    out = console()
    size = f"{done.size_bytes:,} bytes"
    out.print(f"{done.files} files ({size}) are in {destination}.", markup=False)
    if with_keys:
        out.print("[yellow]It holds the key of the home: whoever has it reads rejects.")
    else:
        out.print(
            "Without the key (keys/home.key): keep it elsewhere. A restored home reads "
            "nothing without it."
        )


def restore(source: Source) -> None:
    """Make a home from an archive; every file is verified before it is put in place.

    Example: fitmart --home ./restored restore /backups/fitmart-2026-02-01.tar.zst
    """
    from pipelines.backup import restore as restore_home
    from pipelines.cli.show import console
    from pipelines.project import Settings

    home = Settings.from_environment().home
    done = restore_home(source, home)
    out = console()
    out.print(
        f"{done.files} files are back in {home.path}, as they were.", markup=False
    )
    if not (home.keys / "home.key").exists() and not os.environ.get("FITMART_KEY"):
        out.print(
            "[yellow]The archive holds no key.[/] Put it back as keys/home.key, or set "
            "FITMART_KEY, before the next run."
        )
