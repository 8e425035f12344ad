"""`make docs`: dbt's documentation and the metric dictionary, under FITMART_HOME."""

import sys

from pipelines.docs.dbt_docs import write_dbt_docs
from pipelines.docs.dictionary import write_dictionary
from pipelines.errors import FitmartError
from pipelines.home import opened
from pipelines.project import Settings


def main() -> int:
    """Write both pages and say where they are; 1 when one cannot be made."""
    try:
        with opened(Settings.from_environment(), "docs") as settings:
            for file in (write_dictionary(settings.home), write_dbt_docs(settings)):
                sys.stdout.write(f"{file}\n")
    except FitmartError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
