"""Upkeep: copies of the database, checks of everything that must agree, taking bytes out by law.

The command line calls these; nothing else does. They read through `read` and write through `write`.
"""
