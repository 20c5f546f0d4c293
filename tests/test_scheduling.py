"""Chapters side by side: in the order of their needs, and none begun after a failure."""

import threading
import time

import pytest

from helpers.results import CHAPTERS, chapters_before
from helpers.scheduling import run_when_ready

NEEDS = {"a": set(), "b": {"a"}, "c": {"a"}, "d": {"b", "c"}, "e": set()}


class Recorder:
    """Notes when each task began and ended; `fails` raises."""

    def __init__(self, fails="", seconds=0.02):
        self.events, self.lock, self.fails, self.seconds = [], threading.Lock(), fails, seconds

    def __call__(self, task):
        self.note("begin", task)
        time.sleep(self.seconds)
        if task == self.fails:
            raise ValueError(task)
        self.note("end", task)

    def note(self, what, task):
        with self.lock:
            self.events.append((what, task))

    def most_at_once(self):
        steps = [1 if what == "begin" else -1 for what, _ in self.events]
        return max(sum(steps[: place + 1]) for place in range(len(steps)))


def schedule(run, at_once=2, interrupt=lambda: None):
    run_when_ready(list(NEEDS), NEEDS.__getitem__, run, at_once, interrupt)


@pytest.mark.parametrize("at_once", [1, 2, 5])
def test_a_task_begins_after_those_it_waits_for(at_once):
    run = Recorder()
    schedule(run, at_once)
    for task, needs in NEEDS.items():
        begun = run.events.index(("begin", task))
        assert all(run.events.index(("end", need)) < begun for need in needs)
    assert min(at_once, 2) <= run.most_at_once() <= at_once  # a with e at least


def test_one_at_a_time_keeps_the_order_given():
    run = Recorder()
    schedule(run, at_once=1)
    assert [task for what, task in run.events if what == "end"] == list(NEEDS)


def test_a_failure_is_raised_after_the_running_have_ended_and_nothing_new_begins():
    run = Recorder(fails="a")
    with pytest.raises(ValueError, match="a"):
        schedule(run)
    assert {task for _, task in run.events} == {"a", "e"} and ("end", "e") in run.events


def test_ctrl_c_interrupts_what_runs(monkeypatch):
    stop, run = threading.Event(), Recorder()

    def until_stopped(task):
        run.note("begin", task)
        assert stop.wait(10)

    def pressed(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("helpers.scheduling.wait", pressed)
    with pytest.raises(KeyboardInterrupt):
        schedule(until_stopped, interrupt=stop.set)
    assert stop.is_set() and {task for _, task in run.events} <= {"a", "e"}


def test_chapters_wait_for_the_chapters_whose_results_they_read():
    assert chapters_before("01_cohort") == set() == chapters_before("08_audit")
    assert chapters_before("04_reliability") == {"03_features"}
    assert chapters_before("06_models") == {"01_cohort", "03_features", "04_reliability"}
    compared = {chapter.name for chapter in CHAPTERS if chapter.name < "08"}
    assert chapters_before("09_ledger") == compared | {"08_audit"}
