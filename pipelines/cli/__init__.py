"""`fitmart`: the few things that a person does by hand.

One module per group of commands. A command reads its options, calls what the other
packages offer and shows the result; nothing is worked out in here. What a command needs
is imported when it runs, so that `--help` answers at once.
"""

import sys

from pipelines.cli.app import app
from pipelines.errors import FitmartError

__all__ = ["main"]


def main() -> None:
    """Run `fitmart`.

    Exits with 0 when all is well, with 1 on an error, and with 2 on a refusal or on a
    command that is not written as `--help` says.
    """
    try:
        app()
    except FitmartError as error:
        from pipelines.cli.show import show_error

        show_error(error)
        sys.exit(1)
    except OSError as error:
        from pipelines.cli.show import show_error
        from pipelines.extracts.warehouse import unusable

        show_error(unusable(error))
        sys.exit(1)
    except KeyboardInterrupt:
        from pipelines.cli.show import errors

        errors().print("Stopped. What readers see is as it was.")
        sys.exit(130)
