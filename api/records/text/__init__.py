"""Text as it is searched: normalised, indexed when a record is written, found when somebody types.

`write` uses `index` and `texts`, the reads use `query` and `find`. All that FTS5 does for us stands here.
"""
