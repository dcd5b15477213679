"""The record of facts, without HTTP."""
