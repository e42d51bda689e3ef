"""Runs a program in a terminal of its own: terminal.py COLUMNS ROWS KEYS PROGRAM …  What it writes goes to standard output, byte for byte.

KEYS are typed once the program has drawn something; then its end is waited for.
"""

import fcntl
import os
import pty
import struct
import sys
import termios

columns, rows, keys, *words = sys.argv[1:]
drawn = b"\x1b[?2026l"
ready, go = os.pipe()
child, terminal = pty.fork()
if child == 0:
    os.read(ready, 1)  # until the size is set
    os.execvp(words[0], words)
fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", int(rows), int(columns), 0, 0))
os.write(go, b".")
written, typed = b"", False
while True:
    try:
        chunk = os.read(terminal, 65536)
    except OSError:  # the program is gone
        break
    if not chunk:
        break
    written += chunk
    if not typed and drawn in written:
        os.write(terminal, keys.encode().replace(b"E", b"\r"))
        typed = True
sys.stdout.buffer.write(written)
_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status))
