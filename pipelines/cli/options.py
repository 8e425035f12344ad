"""What a person chooses on the command line, put where every part reads it."""

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.errors import FitmartError

if TYPE_CHECKING:
    from pipelines.project import Settings


def exported(**values: object) -> None:
    """Put options that were given into the environment."""
    for name, value in values.items():
        if value is not None:
            os.environ[name] = str(value)


def settings_of_home(*, with_input: bool = False) -> "Settings":
    """Settings for commands that need a home that is there already.

    Args:
        with_input: The command reads contracts or extracts, so that LANDING and
            CONTRACTS must be named as for a run; otherwise the home says what it is.

    Raises:
        FitmartError: There is no home.
    """
    from pipelines.home import read_identity
    from pipelines.project import Settings

    settings = Settings.from_environment()
    identity = read_identity(settings.home)
    if identity is None:
        raise FitmartError(
            "there is no home",
            file=str(settings.home.path),
            rule="home_exists",
            remedy="Name it with --home or FITMART_HOME, or make one: `fitmart run`.",
        )
    return settings if with_input else replace(settings, kind=identity.kind)


def writable(path: Path) -> Path:
    """A path that a file can be written to.

    Raises:
        FitmartError: It is a folder, or in a folder that does not exist.
    """
    problem = None
    if path.is_dir():
        problem = "this is a folder"
    elif not path.absolute().parent.is_dir():
        problem = "the folder of this file does not exist"
    if problem is not None:
        raise FitmartError(
            problem,
            file=str(path),
            rule="file_can_be_written",
            remedy="Name another file.",
        )
    return path
