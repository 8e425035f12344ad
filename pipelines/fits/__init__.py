"""Models whose parameters are found by search: pure functions, no Dagster, no DuckDB.

The dbt Python models `int_*_fitted.py` call them inside the build (decision 0008), and
the version of the marts' code covers them. What has a closed form is a macro in SQL.
"""
