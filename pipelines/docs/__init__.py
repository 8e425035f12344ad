"""What people read about the marts: pages that are made of what the marts declare.

The text itself stands in the YAML of the models, and reaches the pages by
`core.dim_metrics`. Nothing is described here.
"""
