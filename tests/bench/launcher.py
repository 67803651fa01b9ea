"""Runs commands from a process that is itself small, and tells the most memory that each had.

A process counts as its own what its parent had when it was started (getrusage(2)), so the benchmark, which is large,
does not start them. It reads a line of JSON for each command and answers with one:
{"command": [...], "environment": {...}, "given": PATH, "said": PATH} -> {"status": 0, "kilobytes": 17000}
"""

import json
import os
import sys

for line in sys.stdin:
    wanted = json.loads(line)
    child = os.fork()
    if child == 0:
        os.dup2(os.open(wanted["given"], os.O_RDONLY), 0)
        os.dup2(os.open(wanted["said"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), 1)
        os.execve(wanted["command"][0], wanted["command"], wanted["environment"])
    _, status, used = os.wait4(child, 0)
    print(json.dumps({"status": os.waitstatus_to_exitcode(status), "kilobytes": used.ru_maxrss}), flush=True)
