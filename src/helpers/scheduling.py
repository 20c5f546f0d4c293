"""Tasks that wait for one another, several at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait


def run_when_ready(
    tasks: Sequence[str],
    waits_for: Callable[[str], Collection[str]],
    run: Callable[[str], None],
    at_once: int,
    interrupt: Callable[[], None],
) -> None:
    """Run each task in a thread as soon as those it waits for are done, earlier ones first.

    Parameters
    ----------
    tasks : names, each after those it waits for
    waits_for : the tasks that have to be done before a task
    run : does a task
    at_once : how many may run at the same time
    interrupt : makes running tasks end soon; called when the user presses Ctrl-C

    Raises
    ------
    Exception
        the first that a task raised, after those that were running have ended; no other is begun.
    """
    waiting, running, done = list(tasks), {}, set()
    with ThreadPoolExecutor(at_once) as pool:
        try:
            while waiting or running:
                ready = [task for task in waiting if done.issuperset(waits_for(task))]
                for task in ready[: at_once - len(running)]:
                    waiting.remove(task)
                    running[pool.submit(run, task)] = task
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    task = running.pop(future)
                    future.result()
                    done.add(task)
        except KeyboardInterrupt:
            interrupt()
            raise
