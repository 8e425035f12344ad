"""The generated demo company, and the truths planted in it.

`generate.generate` writes a landing and its `truth.json`. Nothing here reads a home, a
warehouse or a model, and no model reads anything that only this package knows.
"""
