"""Runs a program in a terminal of its own: terminal.py COLUMNS ROWS STEPS PROGRAM …  What it writes goes to standard output, byte for byte.

STEPS is a JSON list of [what is waited for, what is typed then]; after the last one the program's end is waited for. A list of
texts waits for the first of them that comes.
"""

import fcntl
import json
import os
import pty
import struct
import sys
import termios

columns, rows, steps, *words = sys.argv[1:]
steps = json.loads(steps)
ready, go = os.pipe()
child, terminal = pty.fork()
if child == 0:
    os.read(ready, 1)  # until the size is set
    os.execvp(words[0], words)
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", int(rows), int(columns), 0, 0))
os.write(go, b".")
written, since = b"", b""


def waited():
    texts = steps[0][0] if isinstance(steps[0][0], list) else [steps[0][0]]
    return any(text.encode() in since for text in texts)


while True:
    try:
        chunk = os.read(terminal, 65536)
    except OSError:  # the program is gone
        break
    if not chunk:
        break
    written += chunk
    since += chunk
    if steps and waited():
        since = b""
        os.write(terminal, steps.pop(0)[1].encode())
sys.stdout.buffer.write(written)
_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status))
