"""Peers in environments of their own: installing them, and asking them for their features."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from threading import Timer

HERE = Path(__file__).parent
TOOLS = HERE.parents[1] / ".tools"
# the versions that measure.py and names.csv were written for
PEERS = {"fastrad": "1.0.0", "nyxus": "0.11.0", "mirp": "2.7.0", "numpyradiomics": "0.0.5"}
INSTALL_SECONDS, ANSWER_SECONDS = 600, 120


class Skipped(Exception):
    """Why a peer is left out."""


class Peer:
    """A process in the peer's own environment that measures the lesion on request."""

    def __init__(self, name: str, python: Path, folder: Path, environment: dict) -> None:
        self.errors = (folder / f"{name}.txt").open("w+")
        self.process = subprocess.Popen(
            [python, HERE / "measure.py", name, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env=environment,
        )

    def measure(self) -> dict:
        """Version, seconds, and values by the peer's own names."""
        timer = Timer(ANSWER_SECONDS, self.process.kill)
        timer.start()
        try:
            self.process.stdin.write("\n")
            self.process.stdin.flush()
            answer = self.process.stdout.readline()
        except BrokenPipeError:
            answer = ""
        finally:
            timer.cancel()
        if not answer:
            self.errors.seek(0)
            raise Skipped(f"does not run: {last_line(self.errors.read())}")
        return json.loads(answer)

    def close(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.communicate()
        self.errors.close()


def last_line(text: str) -> str:
    """The last line of what a program printed, where Python and uv name the error."""
    return ([line.strip() for line in text.splitlines() if line.strip()] or ["no message"])[-1]


def install(name: str) -> Path:
    """The interpreter of the peer's environment, which is made where it is missing."""
    uv, home = TOOLS / "bin" / "uv", TOOLS / "peers" / name
    python = home / "bin" / "python"
    if any(home.glob(f"lib/python*/site-packages/{name}-{PEERS[name]}.dist-info")):
        return python
    if not uv.exists():
        raise Skipped("does not install: .tools/bin/uv is missing; `make setup` creates it")
    make = [uv, "venv", "--clear", "--no-python-downloads", "--python", sys.executable, home]
    add = [uv, "pip", "install", "--python", python, f"{name}=={PEERS[name]}"]
    try:
        for command in (make, add):
            cache = ["--quiet", "--cache-dir", TOOLS / "cache"]
            run = subprocess.run(
                command + cache, capture_output=True, text=True, timeout=INSTALL_SECONDS
            )
            if run.returncode:
                raise Skipped(f"does not install: {last_line(run.stderr)}")
    except subprocess.TimeoutExpired:
        raise Skipped(f"does not install within {INSTALL_SECONDS} s") from None
    return python
