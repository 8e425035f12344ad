"""The report: one HTML page that says what a publication says, with how sure it is.

Made from the publication file alone, never from the build. `page.py` puts it together,
`sections/` say what is read and drawn; nothing here computes a metric.
"""
