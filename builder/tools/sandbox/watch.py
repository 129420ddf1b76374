"""The watcher: outside the sandbox, one for each call. Starts it, holds the limits over all its processes, ends it.

Started by `running.py` with an environment of its own. It is the subreaper of the call, so that whatever a program
leaves behind becomes its child, and it ends only when it has none. What happened goes to a pipe that nothing inside
holds: a program cannot speak for it. Standard library only.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import signal
import stat
import time
from typing import Any

from builder.tools.sandbox.confine import BROKEN, READY
from builder.tools.sandbox.kernel import PR_SET_CHILD_SUBREAPER, PR_SET_PDEATHSIG, prctl

INTERVAL = 0.05
"""Seconds between looks at memory, processes and disk."""

MAX_FILES, MAX_DEPTH = 4096, 32
"""Entries of the scratch folder, and folders inside each other: what a look can afford to count."""

HELPERS = 2
"""Processes of bubblewrap that stand beside the program's own."""

_PAGE, _TICK = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")


def main(text: str) -> None:
    """Run one request, report, and exit; does not return."""
    request = json.loads(text)
    life, told = request.get("life"), request.get("report")
    for place in (life, told):
        if place is not None:
            os.set_inheritable(place, False)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    # Beside the pipe below: a copy of its other end may live on in a fork of the caller.
    prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    scratch = request["scratch"] if request["make_scratch"] else None
    if scratch is not None:
        os.mkdir(scratch, 0o700)
        if request["uid"] is not None:
            os.chown(scratch, request["uid"], request["uid"])
    report: dict[str, Any] = {"kind": "broken", "message": "the watcher was stopped"}
    try:
        report = Watch(request).run()
    finally:
        empty()
        if scratch is not None:
            clear(scratch)
        if told is not None:
            with contextlib.suppress(OSError):
                os.write(told, json.dumps(report).encode())
        os._exit(0 if report["kind"] == "ended" else 1)


class Watch:
    """One call under its limits."""

    def __init__(self, request: dict[str, Any]) -> None:
        self.request = request
        self.limits = request["limits"]
        self.scratch = request["scratch"]
        self.peak = 0
        # Said by the inside once all walls stand.
        self.ready, self.said = os.pipe()
        self.stopped = False
        signal.signal(signal.SIGTERM, self._stop)

    def _stop(self, _signal: int, _frame: object) -> None:
        self.stopped = True

    def run(self) -> dict[str, Any]:
        began = time.monotonic()
        child = self._start()
        os.close(self.said)
        ended = os.pidfd_open(child)
        poll = select.poll()
        poll.register(ended, select.POLLIN)
        life = self.request.get("life")
        if life is not None:
            poll.register(life, select.POLLIN | select.POLLHUP)
        broken = None
        while broken is None:
            ready = {place for place, _ in poll.poll(INTERVAL * 1000)}
            if ended in ready:
                break
            if life in ready or self.stopped:
                broken = ("stopped", "the caller ended the call")
            elif time.monotonic() - began > self.limits["wall"]:
                broken = self._late()
            else:
                broken = self._over()
        seconds = time.monotonic() - began
        status = None
        if broken is None:
            _, word = os.waitpid(child, 0)
            status = os.waitstatus_to_exitcode(word)
            # What it did in the last moments counts as well.
            broken = self._over()
        # Only who is waited for is counted, and bubblewrap does not wait for all of its own.
        empty()
        spent = cpu_seconds([])
        if broken is None and spent > self.limits["cpu"]:
            broken = self._late()
        os.set_blocking(self.ready, False)
        with contextlib.suppress(BlockingIOError):
            if status is not None and not os.read(self.ready, 1):
                return {"kind": "broken", "message": f"it ended with status {status} before all walls stood"}
        facts = {"status": status, "seconds": round(seconds, 3), "cpu": round(spent, 3), "memory": self.peak}
        return {"kind": broken[0], "message": broken[1], **facts} if broken else {"kind": "ended", **facts}

    def _start(self) -> int:
        """Fork and execute what runs inside, with an environment that holds nothing of anybody's."""
        child = os.fork()
        if child:
            return child
        try:
            # Should the machine run short of memory, this goes first.
            with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:
                score.write("1000")
            os.setsid()
            os.dup2(self.said, READY)
            # Python ignores these two, and what is executed would inherit that.
            for number in (signal.SIGPIPE, signal.SIGXFSZ):
                signal.signal(number, signal.SIG_DFL)
            os.execve(self.request["start"][0], self.request["start"], self.request["environ"])
        except OSError as error:
            os.write(2, f"{self.request['start'][0]}: {error.strerror}\n".encode())
        os._exit(BROKEN)

    def _late(self) -> tuple[str, str]:
        return "timeout", late(self.limits["cpu"], self.limits["wall"])

    def _over(self) -> tuple[str, str] | None:
        """The limit that the processes of the call are over together, as kind and words."""
        found, threads = family(os.getpid())
        if threads > self.limits["processes"] + HELPERS:
            return "process_limit", f"more than {self.limits['processes']} processes and threads"
        total = sum(map(_resident, found))
        self.peak = max(self.peak, total)
        if total > self.limits["memory"]:
            return "memory", f"more than {self.limits['memory'] >> 20} MiB of memory in all"
        if cpu_seconds(found) > self.limits["cpu"]:
            return self._late()
        used, files = self._disk(found)
        if used > self.limits["disk"]:
            return "disk", f"more than {self.limits['disk'] >> 20} MiB of files in all"
        return ("disk", f"more than {MAX_FILES} files, or folders too deep") if files > MAX_FILES else None

    def _disk(self, found: list[int]) -> tuple[int, int]:
        """Bytes and files in the scratch folder: of a file system of its own, or counted one by one."""
        if self.request["make_scratch"]:
            return tree_size(self.scratch, found)
        for pid in found:
            with contextlib.suppress(OSError):
                # bubblewrap's own processes have another root, in which there is no such folder.
                state = os.statvfs(f"/proc/{pid}/root{self.scratch}")
                return (state.f_blocks - state.f_bfree) * state.f_frsize, state.f_files - state.f_ffree
        return 0, 0


def late(cpu: float, wall: float) -> str:
    """What is said of a call over either limit, in seconds: which comes first depends on how busy the machine is."""
    return f"over {cpu:g} s of processor time, or {wall:g} s in all"


def family(pid: int) -> tuple[list[int], int]:
    """Processes that come of one, without itself, and how many threads they have."""
    found: list[int] = []
    threads, waiting = 0, [pid]
    while waiting:
        one = waiting.pop()
        with contextlib.suppress(OSError):
            tasks = os.listdir(f"/proc/{one}/task")
            threads += len(tasks) if one != pid else 0
            for task in tasks:
                children = [int(word) for word in _text(f"/proc/{one}/task/{task}/children").split()]
                found += children
                waiting += children
    return found, threads


def _text(path: str) -> str:
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def _resident(pid: int) -> int:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(_text(f"/proc/{pid}/statm").split()[1]) * _PAGE
    return 0


def cpu_seconds(pids: list[int]) -> float:
    """Processor time of processes and of the children that they and this one waited for."""
    own = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = own.ru_utime + own.ru_stime
    for pid in pids:
        with contextlib.suppress(OSError, ValueError, IndexError):
            # The second field is a name in brackets, which may hold anything.
            fields = _text(f"/proc/{pid}/stat").rpartition(")")[2].split()
            total += sum(int(field) for field in fields[11:15]) / _TICK
    return total


def tree_size(root: str, pids: list[int]) -> tuple[int, int]:
    """Bytes and entries below a folder, and of files that have no name any more but are held open."""
    seen: set[tuple[int, int]] = set()
    total, count, waiting = 0, 0, [(root, 0)]
    while waiting and count <= MAX_FILES:
        folder, depth = waiting.pop()
        if depth > MAX_DEPTH:
            return total, MAX_FILES + 1
        with contextlib.suppress(OSError):
            for entry in os.scandir(folder):
                count += 1
                if count > MAX_FILES:
                    break
                state = entry.stat(follow_symlinks=False)
                if (state.st_dev, state.st_ino) not in seen:
                    seen.add((state.st_dev, state.st_ino))
                    total += state.st_blocks * 512
                if entry.is_dir(follow_symlinks=False):
                    waiting.append((entry.path, depth + 1))
    for pid in pids:
        with contextlib.suppress(OSError):
            for entry in os.scandir(f"/proc/{pid}/fd"):
                with contextlib.suppress(OSError):
                    state = entry.stat()
                    known = (state.st_dev, state.st_ino) in seen
                    if stat.S_ISREG(state.st_mode) and not state.st_nlink and not known:
                        seen.add((state.st_dev, state.st_ino))
                        total += state.st_blocks * 512
    return total, count


def empty() -> None:
    """Kill what came of this process until nothing is left of it."""
    while True:
        for pid in family(os.getpid())[0]:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        except ChildProcessError:
            return
        # Killed processes take a moment to go; a new round also meets what was forked during this one.
        select.select([], [], [], 0.001)


def clear(root: str) -> None:
    """Remove a folder that strangers filled, however deep: folders of a folder are moved up first, then removed.

    Nothing runs any more that could put a link in their place.
    """
    number, mark = 0, os.urandom(8).hex()
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        with contextlib.suppress(OSError):
            os.chmod(folder, 0o700)
        for entry in list(os.scandir(folder)):
            if not entry.is_dir(follow_symlinks=False):
                os.unlink(entry.path)
            elif folder == root:
                waiting.append(entry.path)
            else:
                number += 1
                with contextlib.suppress(OSError):
                    os.chmod(entry.path, 0o700)
                os.rename(entry.path, f"{root}/{mark}-{number}")
                waiting.append(f"{root}/{mark}-{number}")
        if folder != root:
            os.rmdir(folder)
    os.rmdir(root)
