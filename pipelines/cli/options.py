"""What a person chooses on the command line, put where every part reads it."""

import os


def exported(**values: object) -> None:
    """Put options that were given into the environment."""
    for name, value in values.items():
        if value is not None:
            os.environ[name] = str(value)
