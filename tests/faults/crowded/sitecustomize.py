"""Every folder of tickets is full, for a process that has this folder in PYTHONPATH: it need not hold 1,000 files."""

from helpdesk_lite.store import fanout

fanout.FULL = 0
