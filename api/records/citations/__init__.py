"""Citations and the texts of their sources: spans, comparing a citation with a text, keeping what came of it.

`spans`, `evidence` and `compare` know no database; `verify` writes the results through `write`.
"""
