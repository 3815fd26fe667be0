"""How long processes have been computing, with all their children."""
import os
from pathlib import Path

PROC = Path('/proc')


def used(root):
    "Return the seconds of processor of a process and its children"
    seconds, children = {}, {}
    for folder in PROC.iterdir() if PROC.exists() else []:
        if folder.name.isdigit():
            try:
                text = (folder / 'stat').read_text()
            except OSError:
                # It has just ended.
                continue
            # After the name, which may hold anything.
            values = text.rpartition(')')[2].split()
            pid, parent = int(folder.name), int(values[1])
            children.setdefault(parent, []).append(pid)
            # Its own, and that of children that have ended.
            seconds[pid] = sum(map(int, values[11:15]))
    found, todo = 0, [root]
    while todo:
        pid = todo.pop()
        found += seconds.get(pid, 0)
        todo += children.get(pid, [])
    return found / os.sysconf('SC_CLK_TCK')


def parent(pid):
    "Return the process that has started another one, None if unknown"
    try:
        text = (PROC / str(pid) / 'stat').read_text()
    except OSError:
        return None
    return int(text.rpartition(')')[2].split()[1])
