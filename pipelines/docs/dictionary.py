"""The metric dictionary, and how other pages point into it."""


def anchor(mart: str, column: str | None = None) -> str:
    """Where `metrics.html` explains a mart, or one of its columns.

    Args:
        mart: The mart, with its schema or without.
    """
    name = mart.rpartition(".")[2]
    return f"{name}.{column}" if column else name
