"""Processes that start together wait for the one that compiles."""

import subprocess
import sys
import textwrap
import time

SCRIPT = """
    import sys, time
    from helpers.features.fused.compiling import compiling_alone
    def stay(seconds):
        with compiling_alone():
            begin = time.monotonic()
            time.sleep(seconds)
            print(begin, time.monotonic(), flush=True)
    print("ready", flush=True)
    sys.stdin.readline()
    stay(0.3)
    stay(float(sys.argv[1]))
"""


def started(later):
    command = [sys.executable, "-c", textwrap.dedent(SCRIPT), str(later)]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
    )


def test_first_measurements_come_one_after_the_other_and_later_ones_do_not_wait():
    processes = [started(later=1.0) for _ in range(2)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    spans = [
        [tuple(map(float, line.split())) for line in process.communicate()[0].splitlines()]
        for process in processes
    ]
    (first, second) = sorted(span[0] for span in spans)
    assert first[1] <= second[0]
    (one, other) = sorted(span[1] for span in spans)
    assert other[0] < one[1], "the second measurements overlap"


def test_a_killed_process_frees_the_others():
    holder = started(later=0)
    waiter = started(later=0)
    for process in (holder, waiter):
        process.stdout.readline()
    holder.stdin.write("\n")
    holder.stdin.flush()
    time.sleep(0.1)
    holder.kill()
    done, _ = waiter.communicate("\n", timeout=20)
    assert len(done.splitlines()) == 2
