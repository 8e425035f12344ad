"""`python -m pipelines.cli` is `fitmart`, where the package is not installed."""

from pipelines.cli import main

if __name__ == "__main__":
    main()
