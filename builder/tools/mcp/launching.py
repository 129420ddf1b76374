"""Start the program of a server, in the sandbox and with nothing of our environment: the one place that does."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from builder.errors import SettingsError
from builder.tools.sandbox.policy import MIB, Job, Limits
from builder.tools.sandbox.selftest import Sandbox, sandbox

STREAM_LIMIT = 65_536
"""Bytes of a stream that are held before its writer has to wait, twice this at most."""

LIMITS = Limits(wall=4000.0, cpu=2000.0, memory=2048 * MIB, processes=64)
"""Of a session with many calls. Node reserves a gigabyte of addresses before it does anything."""

SYSTEM = ("/usr", "/bin", "/etc/mime.types", "/etc/ssl/openssl.cnf")
"""What programs read besides their environment: other interpreters, and what these do not start without."""


@dataclass(frozen=True, slots=True)
class Launched:
    """A program that runs, with its three streams; its process is the sandbox's watcher."""

    process: asyncio.subprocess.Process
    transport: asyncio.SubprocessTransport

    @property
    def ended(self) -> bool:
        """Whether it ended. Waiting for a process also waits for its pipes, which a child of it may hold."""
        return self.transport.get_returncode() is not None

    def stop(self) -> None:
        """Have the watcher end it with all that it started."""
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()

    def end(self) -> None:
        """End the watcher itself, should it still be there, and let go of its pipes."""
        with contextlib.suppress(ProcessLookupError):
            if not self.ended:
                os.killpg(self.process.pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            self.transport.close()


async def launch(
    command: Sequence[str], home: Path, readable: Sequence[str], hold: Callable[[], Sandbox] | None = None
) -> Launched:
    """The program, with pipes for its three streams.

    `command` begins with the path of a program of the environment `home`; it may read that, `readable`, and what the
    interpreters of these need. `hold` gives the sandbox, by default the best that the machine has. Raises SandboxError
    where none holds, SettingsError for a path that is not there, OSError when the program cannot be started.
    """
    places = [str(home), *readable]
    for place in places:
        if not Path(place).is_absolute() or not Path(place).exists():
            raise SettingsError(f"live.servers: {place}: no path from the root of what is there (correct it)")
    needed = [path for place in places for path in _interpreter(Path(place))]
    job = Job(
        command=tuple(command),
        readable=tuple(dict.fromkeys([*places, *needed, *(path for path in SYSTEM if Path(path).exists())])),
        environ={"PATH": f"{home / 'bin'}:/usr/local/bin:/usr/bin:/bin", "PYTHONNOUSERSITE": "1"},
        limits=LIMITS,
    )
    loop = asyncio.get_running_loop()
    # Trying what holds takes a second, once in a process.
    held = await loop.run_in_executor(None, hold or sandbox)
    # What `asyncio.create_subprocess_exec` does, which keeps the transport to itself.
    transport, protocol = await loop.subprocess_exec(
        lambda: asyncio.subprocess.SubprocessStreamProtocol(limit=STREAM_LIMIT, loop=loop),
        *held.command(job),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd="/",
        env={},
        start_new_session=True,
    )
    return Launched(asyncio.subprocess.Process(transport, protocol, loop), transport)


def _interpreter(folder: Path) -> Iterator[str]:
    """The Python of an environment: each link on the way to it, itself, and the installation that it is part of."""
    for name in ("python3", "python"):
        path = folder / "bin" / name
        if not path.exists():
            continue
        while path.is_symlink():
            path = path.parent / path.readlink()
            yield str(path)
        installed = path.resolve().parents[1]
        if installed not in (Path("/"), Path("/usr")):
            yield str(installed / "lib")
