"""Storing: the tables, and all that one database does otherwise than another.

Others ask through `database` (connections, transactions, `run`) and `tables` (rows by the names of columns);
`counters`, `cursors`, `idempotency` and `api_keys` are tables with a meaning of their own. `models` declares
every column once; a migration brings an older database to it and never imports anything of ours.
"""
