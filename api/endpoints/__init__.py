"""Endpoints: one file a family of addresses. A view returns a `Reply`; the handler in `reply` answers.

Nobody imports from here but the application and its commands.
"""
