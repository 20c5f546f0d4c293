"""What a build survives: kills, a full disk, a read-only folder, damaged and changing data.

    .venv/bin/python tests/robustness/kill_and_restart.py [--kills 20] [--seed 1] [--only NAME ...]

Each ordeal works on a files study of 42 small scans in a temporary folder and ends in a line of the
tally that is printed last. Results are compared byte for byte; a .skops file is an archive that
names its parts by their place in memory, so there the parts are compared.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS))
from small_cohort import write_cohort, write_study  # noqa: E402

HEBOOK = Path(sys.executable).with_name("hebook")
LIMIT_S = 3600  # no build takes that long: one that does hangs


class Ordeal:
    """A folder with a cohort, a study and what earlier builds left."""

    def __init__(self, place: Path, cohort: Path):
        """Copy the cohort, so that an ordeal may spoil it."""
        self.place = place
        place.mkdir(parents=True)
        self.cohort = place / "cohort"
        shutil.copytree(cohort, self.cohort)
        self.study = write_study(place / "small.yaml", self.cohort)

    def start(self) -> subprocess.Popen:
        """Start a build in a process group of its own; its output goes to a file."""
        log = (self.place / "build.log").open("wb")
        command = [str(HEBOOK), "build", self.study.name, "--jobs", "2"]
        return subprocess.Popen(
            command,
            cwd=self.place,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def build(self) -> tuple[int, str]:
        """Run a build to its end; return its exit code and what it said."""
        process = self.start()
        process.wait(LIMIT_S)
        return process.returncode, self.said()

    def said(self) -> str:
        """The last lines of a build that a person would read."""
        text = (self.place / "build.log").read_text("utf-8", "replace")
        lines = [line.split("\r")[-1] for line in text.splitlines()]
        return "\n".join(line for line in lines if line.strip() and "IPKernelApp" not in line)

    def results(self) -> dict[str, str]:
        """A digest of every result file and page."""
        build = self.place / "build" / "small"
        found = {}
        for file in sorted((build / "results").rglob("*")):
            if file.is_file():
                found[str(file.relative_to(build))] = digest(file)
        return found

    def page(self) -> str:
        """A digest of the published first page."""
        return digest(self.place / "build" / "small" / "html" / "index.html")

    def edit(self, old: str, new: str) -> None:
        """Change the study."""
        text = self.study.read_text("utf-8")
        assert old in text, (old, text)
        self.study.write_text(text.replace(old, new), "utf-8")


def digest(file: Path) -> str:
    """SHA-256 of a file; of the schema and the arrays it names, in its order, of a skops archive.

    skops names objects and arrays by their place in memory, which no two runs share.
    """
    if file.suffix != ".skops":
        return hashlib.sha256(file.read_bytes()).hexdigest()
    with zipfile.ZipFile(file) as archive:
        schema = re.sub(r'"__id__": \d+', "", archive.read("schema.json").decode())
        arrays = re.findall(r"\d+\.npy", schema)
        parts = [re.sub(r"\d+\.npy", "", schema).encode(), *map(archive.read, arrays)]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def message(said: str) -> str:
    """The message of a build that failed, from its last 'hebook:' on, on one line."""
    if "hebook: " not in said:
        return f"NO MESSAGE: {said[-200:]}"
    return " ".join(said[said.rindex("hebook: ") :].split())[:200]


def fails_clearly(code: int, said: str) -> bool:
    """Exit code 1 and a message, without a traceback."""
    return code == 1 and "hebook: " in said and "Traceback (most recent call last)" not in said


def kills(ordeal: Ordeal, whole: dict[str, str], seconds: float, count: int) -> tuple[bool, str]:
    """Kill a build `count` times at random and restart it; compare with an undisturbed run.

    A build that ends before its next kill is compared, and the next one starts from nothing.
    """
    hit, ended, differing = 0, 0, set()
    while hit < count or not ended:
        process = ordeal.start()
        try:
            process.wait(random.uniform(0.5, seconds / 4) if hit < count else LIMIT_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            hit += 1
            continue
        if process.returncode:
            return False, f"after {hit} kills: {message(ordeal.said())}"
        ended += 1
        differing |= set(ordeal.results().items()) ^ set(whole.items())
        if hit < count:
            shutil.rmtree(ordeal.place / "build")
    text = f"{hit} kills, {ended} builds came to their end, {len(whole)} result files, differing: "
    return not differing, text + str(sorted({name for name, _ in differing}))


def full_disk(ordeal: Ordeal) -> tuple[bool, str]:
    """No space left while chapters run again with other settings."""
    before = ordeal.results(), ordeal.page()
    filler = ordeal.place / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1 << 12))
    ordeal.edit("bin_width: 25.0", "bin_width: 20.0")
    code, said = ordeal.build()
    intact = (ordeal.results(), ordeal.page()) == before
    filler.unlink()
    again, _ = ordeal.build()
    ok = fails_clearly(code, said) and intact and again == 0
    return ok, f"{message(said)} | earlier results intact: {intact}, built after: {again == 0}"


def read_only(ordeal: Ordeal) -> tuple[bool, str]:
    """A results folder that may not be written to."""
    before = ordeal.results()
    folder = ordeal.place / "build" / "small" / "results"
    ordeal.edit("bin_width: 25.0", "bin_width: 20.0")
    with not_writable(folder):
        code, said = ordeal.build()
    intact = ordeal.results() == before
    ok = fails_clearly(code, said) and intact
    return ok, f"{message(said)} | earlier results intact: {intact}"


@contextlib.contextmanager
def not_writable(folder: Path):
    """A folder without write permission; for root, who needs none, a read-only mount of it."""
    if os.geteuid():
        folder.chmod(0o555)
        try:
            yield
        finally:
            folder.chmod(0o755)
        return
    subprocess.run(["mount", "--bind", str(folder), str(folder)], check=True)
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def truncated_scan(ordeal: Ordeal) -> tuple[bool, str]:
    """A scan that ends early: the check refuses it, and the book names the patient it lost."""
    file = ordeal.cohort / "images" / "P007.nii.gz"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    check = subprocess.run(
        [str(HEBOOK), "check", ordeal.study.name, "--jobs", "1"],
        cwd=ordeal.place,
        capture_output=True,
        text=True,
        check=False,
    )
    named = "P007" in check.stdout and "not readable" in check.stdout and check.returncode == 1
    code, _ = ordeal.build()
    table = (ordeal.place / "build/small/results/missing.csv").read_text("utf-8")
    lost = "P007" in table and "not readable" in table
    text = (
        f"check names it: {named}, book built without it: {code == 0}, missing.csv names it: {lost}"
    )
    return named and code == 0 and lost, text


def changing_table(ordeal: Ordeal) -> tuple[bool, str]:
    """A patient table that is saved again while chapters run."""
    page = ordeal.page()
    ordeal.edit("bin_width: 25.0", "bin_width: 20.0")
    process = ordeal.start()
    time.sleep(10)
    table = ordeal.cohort / "patients.csv"
    table.write_text(table.read_text("utf-8").replace("female", "male", 3), "utf-8")
    process.wait(LIMIT_S)
    code, said = process.returncode, ordeal.said()
    intact = ordeal.page() == page
    again, _ = ordeal.build()
    ok = fails_clearly(code, said) and intact and again == 0
    return ok, f"{message(said)} | earlier book intact: {intact}, built after: {again == 0}"


def two_builds(ordeal: Ordeal, whole: dict[str, str]) -> tuple[bool, str]:
    """A second build in the same folder while the first is running."""
    ordeal.edit("bin_width: 25.0", "bin_width: 20.0")
    ordeal.build()
    ordeal.edit("bin_width: 20.0", "bin_width: 25.0")
    first = ordeal.start()
    time.sleep(8)
    log = (ordeal.place / "second.log").open("wb")
    command = [str(HEBOOK), "build", ordeal.study.name]
    second = subprocess.run(
        command, cwd=ordeal.place, stdout=log, stderr=subprocess.STDOUT, check=False
    )
    said = (ordeal.place / "second.log").read_text("utf-8")
    first.wait(LIMIT_S)
    same = ordeal.results() == whole
    ok = fails_clearly(second.returncode, said) and first.returncode == 0 and same
    return ok, f"{message(said)} | first build done and right: {first.returncode == 0 and same}"


@contextlib.contextmanager
def small_disk(place: Path):
    """A file system of 300 MB at a folder, where this user may mount one."""
    place.mkdir(parents=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300m", "tmpfs", str(place)],
        capture_output=True,
        check=False,
    )
    try:
        yield done.returncode == 0
    finally:
        if done.returncode == 0:
            subprocess.run(["umount", str(place)], check=False)


def main() -> int:
    """Run the ordeals and print the tally; 1 when one of them failed."""
    names = ["kills", "full disk", "read-only", "truncated scan", "changing table", "two builds"]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=names, choices=names)
    options = parser.parse_args()
    random.seed(options.seed)
    tally = []

    def enter(name: str, outcome: tuple[bool, str]) -> None:
        tally.append((name, *outcome))
        print(f"{'passed' if outcome[0] else 'FAILED'}  {name}: {outcome[1]}", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        work.chmod(0o755)
        write_cohort(work / "cohort")
        plain = Ordeal(work / "undisturbed", work / "cohort")
        began = time.monotonic()
        code, said = plain.build()
        seconds = time.monotonic() - began
        if code:
            print(f"the undisturbed build failed: {message(said)}")
            return 1
        whole = plain.results()
        enter("undisturbed", (True, f"{len(whole)} result files in {seconds:.0f} s"))

        def prepared(name: str) -> Ordeal:
            """A copy of the undisturbed study with its build."""
            ordeal = Ordeal(work / name, work / "cohort")
            shutil.copytree(plain.place / "build", ordeal.place / "build")
            ordeal.edit("filters:", "bin_width: 25.0\n  filters:")
            ordeal.build()
            return ordeal

        if "kills" in options.only:
            ordeal = Ordeal(work / "kills", work / "cohort")
            enter("kills", kills(ordeal, whole, seconds, options.kills))
        if "full disk" in options.only:
            with small_disk(work / "disk") as mounted:
                if mounted:
                    enter("full disk", full_disk(prepared("disk/study")))
                else:
                    print("skipped full disk: this user may not mount a small one")
        if "read-only" in options.only:
            enter("read-only", read_only(prepared("readonly")))
        if "truncated scan" in options.only:
            enter("truncated scan", truncated_scan(prepared("truncated")))
        if "changing table" in options.only:
            enter("changing table", changing_table(prepared("changing")))
        if "two builds" in options.only:
            enter("two builds", two_builds(prepared("two"), whole))
    failed = [name for name, passed, _ in tally if not passed]
    print(
        f"\n{len(tally) - len(failed)} of {len(tally)} passed"
        + f"; failed: {failed}" * bool(failed)
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
