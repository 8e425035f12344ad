"""What a staged record has beside its columns, as SQL, on every reading path."""

from pipelines.extracts.mapping import Mapping


def about_record(mapping: Mapping) -> str:
    """What a record has beside its columns."""
    return (
        f"({mapping.effective_at or 'null'})::timestamp as effective_at,"
        f" {mapping.is_deleted} as is_deleted,"
        f" {mapping.version or 'null'} as record_version"
    )
