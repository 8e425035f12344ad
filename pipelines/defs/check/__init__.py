"""Checks that need two worlds: a file and a table, or a promise and an arrival.

What one SQL predicate can state is a dbt test instead.
"""
