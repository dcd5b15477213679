"""Answers made of many records: search, timelines, positions, provenance, similar claims, perspectives.

They stand on `read` and `text`; endpoints and pages import them.
"""
