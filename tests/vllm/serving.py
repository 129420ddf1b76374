"""A vLLM server in a process of its own, and what it needs of its environment."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parents[2]
READY_SECONDS = 420.0
"""A busy machine of two cores needs minutes to import the engine."""

RUNNING = re.compile(r"^vllm:num_requests_running\{[^}]*\} (\S+)", re.MULTILINE)
FINISHED = re.compile(r"^vllm:request_success_total\{[^}]*\} (\S+)", re.MULTILINE)
"""What the server tells of itself."""

SHAPES = {"backend": "xgrammar", "disable_any_whitespace": True}


def environment(cache: Path) -> dict[str, str]:
    """No network, no report of use, one thread: on a shared machine more of them wait for each other."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "HF_HUB_OFFLINE": "1",
        "VLLM_NO_USAGE_STATS": "1",
        "DO_NOT_TRACK": "1",
        "VLLM_CPU_KVCACHE_SPACE": "1",
        "VLLM_CPU_OMP_THREADS_BIND": "nobind",
        "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
        "OMP_NUM_THREADS": "1",
        "VLLM_CACHE_ROOT": str(cache),
        "XDG_CACHE_HOME": str(cache),
    }


class Server:
    """One model served on one port, which stays the same over restarts."""

    def __init__(self, python: Path, folder: Path, cache: Path, *, dummy: bool, length: int = 8192) -> None:
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            self.port = listening.getsockname()[1]
        self.name = folder.name
        self._log = cache / f"{folder.name}-{self.port}.log"
        self._env = environment(cache)
        self._command = [
            str(python), "-m", "vllm.entrypoints.openai.api_server", "--host", "127.0.0.1", "--port", str(self.port),
            "--model", str(folder), "--served-model-name", self.name, "--dtype", "bfloat16", "--enforce-eager",
            "--max-model-len", str(length), "--structured-outputs-config", json.dumps(SHAPES),
            # Seeded requests whose prompt is split over two steps end vLLM 0.32 on a processor: no prompt is split.
            "--no-enable-chunked-prefill", "--max-num-batched-tokens", str(length),
            "--enable-auto-tool-choice", "--tool-call-parser", "hermes",
            *(["--load-format", "dummy"] if dummy else []),
        ]  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def start(self, *, wait: bool = True) -> Server:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, env=self._env, stdout=log, stderr=log, start_new_session=True
            )
        if wait:
            self.wait()
        return self

    def wait(self) -> None:
        """Until it answers. Raises RuntimeError with the end of its log."""
        assert self._process is not None
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=5).close()
                return
            except OSError:
                time.sleep(1.0)
        raise RuntimeError("the server is not up:\n" + self._log.read_text(errors="replace")[-3000:])

    def wait_until_busy(self, after: int = 0) -> None:
        """Until it has finished `after` requests from now on and works on another. Raises RuntimeError if never."""
        end, before = time.monotonic() + READY_SECONDS, self._told(FINISHED)
        while time.monotonic() < end:
            if self._told(FINISHED) - before >= after and self._told(RUNNING) > 0:
                return
            time.sleep(0.05)
        raise RuntimeError("the server was never busy")

    def _told(self, count: re.Pattern[str]) -> float:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=60) as response:
            return sum(float(value) for value in count.findall(response.read().decode()))

    def kill(self) -> None:
        """At once, with every process that it started."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
