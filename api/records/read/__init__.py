"""Asking the record, now or at a moment of the past: one record, pages, facets, references, history, feed.

Every function takes a `State`, which says which rows it sees. Nothing here writes, or imports what does.
"""
