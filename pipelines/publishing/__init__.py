"""From an audited build to the marts that readers see. No Dagster in here.

`gate.py` decides, `write.py` writes, `verify.py` reads back in another process,
`swap.py` puts in place, `publications.py` lists and rolls back. `publish.py` is the
order in which they happen.
"""
