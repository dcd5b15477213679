"""What the record is, before anything is stored: the registry of types, filters, mentions, origins, states.

Everybody may import from here; it imports from `schemas` alone. `sql` and `state` are how all others ask.
"""
