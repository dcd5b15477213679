"""Endpoints: one file a family of addresses."""
