"""Audits: what must survive writers, kill -9, full disks and clocks that are set back."""
