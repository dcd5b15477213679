"""HTTP without facts: problems, queries, conditional answers, operations, the server."""
