"""Writing: what operations change is checked, rendered, numbered, stored once and announced.

Others hand operations (`operations`, `documents`) to `perform`, in whose transaction all of it happens.
`upkeep` and `citations` work with `session`, `transaction`, `commit`, `render`, `rows` and `rebuild` too. The
commands call `renew` at the start.
"""
