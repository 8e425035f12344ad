"""From a delivered file to rows in a raw table: nothing lost, nothing twice.

Pure Python and DuckDB; no Dagster here.
"""
