"""How the CRM exports a table: the feed, the macro and the file have one name."""

from pipelines.demo.courier import Bad
from pipelines.demo.exports import Export


def crm_table(
    table: str,
    columns: tuple[str, ...],
    *,
    key: str,
    order_by: str,
    bad: tuple[Bad, ...] = (),
    later_bad: tuple[Bad, ...] = (),
    is_nightly: bool = False,
    is_whole: bool = False,
) -> Export:
    """One table of the CRM as CSV files."""
    return Export(
        feed=f"crm.{table}",
        source_system="crm",
        path=f"crm/{table}",
        macro=table,
        columns=", ".join(columns),
        key=key,
        order_by=order_by,
        bad=bad,
        later_bad=later_bad,
        is_nightly=is_nightly,
        is_whole=is_whole,
    )
