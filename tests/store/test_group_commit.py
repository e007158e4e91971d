"""Who commits what together, with a session that only notes it."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref

import pytest

from signet_vc.errors import UnavailableError
from signet_vc.store.group_commit import GroupCommit, LockedError


class Notes:
    """What the sessions of a test did, and what they shall do."""

    def __init__(self):
        self.batches = []
        self.threads = []
        self.closed = 0
        self.fails = []
        self.locked = False
        self.began = threading.Event()
        self.gate = threading.Event()
        self.gate.set()


class Session:
    def __init__(self, notes):
        self.notes = notes

    def transact(self, work, *, patient):
        if self.notes.locked and not patient:
            raise LockedError("locked")
        self.notes.began.set()
        self.notes.gate.wait()
        if self.notes.fails:
            raise self.notes.fails.pop(0)
        self.notes.batches.append(len(work))
        self.notes.threads.append(threading.current_thread())
        return [each("connection") for each in work]

    def close(self):
        self.notes.closed += 1


@pytest.fixture
def notes():
    return Notes()


@pytest.fixture(params=["in the loop", "in a thread"])
def commits(request, notes):
    made = GroupCommit(lambda: Session(notes), quick=3600.0 if request.param == "in the loop" else 0.0)
    if request.param == "in the loop":
        made._takes = 0.0
    yield made
    notes.gate.set()
    made.close()


def echo(value):
    return lambda connection: (connection, value)


def test_the_result_comes_back(commits):
    assert asyncio.run(commits.run(echo(1))) == ("connection", 1)


def test_each_caller_gets_its_own(commits):
    async def main():
        return await asyncio.gather(*(commits.run(echo(n)) for n in range(100)))

    assert asyncio.run(main()) == [("connection", n) for n in range(100)]


def test_what_waits_together_is_one_transaction(commits, notes):
    async def main():
        await commits.run(echo(0))
        if commits._quick:
            await asyncio.gather(*(commits.run(echo(n)) for n in range(10)))
            return
        notes.gate.clear()
        waiting = [asyncio.ensure_future(commits.run(echo(n))) for n in range(11)]
        await asyncio.sleep(0)
        notes.gate.set()
        await asyncio.gather(*waiting)

    asyncio.run(main())
    assert max(notes.batches) >= 10


def test_no_batch_in_a_loop_is_long(notes):
    commits = GroupCommit(lambda: Session(notes), quick=3600.0)
    commits._takes = 0.0

    async def main():
        await asyncio.gather(*(commits.run(echo(n)) for n in range(100)))

    asyncio.run(main())
    assert notes.batches == [32, 32, 32, 4]
    assert set(notes.threads) == {threading.main_thread()}
    commits.close()


def test_a_slow_disk_is_left_to_the_thread(notes):
    commits = GroupCommit(lambda: Session(notes), quick=0.0)
    asyncio.run(commits.run(echo(1)))
    assert notes.threads[0] is not threading.main_thread()
    commits.close()


def test_a_lock_is_waited_for_in_the_thread(notes):
    commits = GroupCommit(lambda: Session(notes), quick=3600.0)
    commits._takes = 0.0
    notes.locked = True

    async def main():
        return await asyncio.gather(*(commits.run(echo(n)) for n in range(3)))

    assert [value for _, value in asyncio.run(main())] == [0, 1, 2]
    assert notes.batches == [3]
    assert notes.threads[0] is not threading.main_thread()
    commits.close()


def test_a_commit_under_way_elsewhere_is_not_waited_for_in_the_loop(notes):
    commits = GroupCommit(lambda: Session(notes), quick=3600.0)
    notes.gate.clear()

    async def main():
        first = asyncio.ensure_future(commits.run(echo(1)))  # by the thread: nothing is known of the disk yet
        await asyncio.sleep(0)
        await asyncio.to_thread(notes.began.wait)
        commits._takes = 0.0
        second = asyncio.ensure_future(commits.run(echo(2)))
        for _ in range(3):
            await asyncio.sleep(0)
        assert not second.done()
        notes.gate.set()
        return await asyncio.gather(first, second)

    assert [value for _, value in asyncio.run(main())] == [1, 2]
    commits.close()


def test_without_an_event_loop_the_caller_does_it(commits, notes):
    coroutine = commits.run(echo(1))
    with pytest.raises(StopIteration) as stopped:
        coroutine.send(None)
    assert stopped.value.value == ("connection", 1)
    assert notes.threads == [threading.main_thread()]


def test_several_event_loops_may_share_it(commits):
    found = []

    def other():
        async def many():
            return await asyncio.gather(*(commits.run(echo(n)) for n in range(50)))

        found.append(asyncio.run(many()))

    threads = [threading.Thread(target=other) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[("connection", n) for n in range(50)]] * 4


def test_a_cancelled_caller_s_work_is_done(commits, notes):
    async def main():
        notes.gate.clear() if not commits._quick else None
        task = asyncio.ensure_future(commits.run(echo(1)))
        await asyncio.sleep(0)
        task.cancel()
        notes.gate.set()
        with pytest.raises(asyncio.CancelledError):
            await task
        await commits.run(echo(2))

    asyncio.run(main())
    assert sum(notes.batches) == 2


def test_a_loop_that_ended_keeps_nobody_waiting(notes):
    commits = GroupCommit(lambda: Session(notes), quick=0.0)
    notes.gate.clear()

    async def leave():
        asyncio.ensure_future(commits.run(echo(1)))  # noqa: RUF006 - left on purpose
        await asyncio.sleep(0)

    loop = asyncio.new_event_loop()
    loop.run_until_complete(leave())
    for task in asyncio.all_tasks(loop):
        task.cancel()
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    notes.gate.set()
    assert asyncio.run(commits.run(echo(2))) == ("connection", 2)
    commits.close()


def test_a_loop_that_ended_before_it_committed_keeps_nobody_waiting(notes, monkeypatch):
    commits = GroupCommit(lambda: Session(notes), quick=3600.0)
    commits._takes = 0.0

    async def leave():
        loop = asyncio.get_running_loop()
        monkeypatch.setattr(loop, "call_soon", lambda *_: None)
        waiting = commits.run(echo(1))
        waiting.send(None)
        monkeypatch.undo()
        return waiting

    left = asyncio.run(leave())
    assert notes.batches == []
    assert asyncio.run(commits.run(echo(2))) == ("connection", 2)
    assert notes.batches == [2]
    left.close()
    commits.close()


@pytest.mark.parametrize("error", [UnavailableError("full"), ZeroDivisionError("a bug"), MemoryError()])
def test_a_failure_reaches_every_caller_and_is_over_then(commits, notes, error):
    asyncio.run(commits.run(echo(0)))
    notes.fails.append(error)

    async def main():
        return await asyncio.gather(*(commits.run(echo(n)) for n in range(3)), return_exceptions=True)

    outcomes = asyncio.run(main())
    failures = [each for each in outcomes if isinstance(each, UnavailableError)]
    assert failures
    assert len(set(map(id, failures))) == len(failures), "each has an exception of its own"
    assert all(each.__cause__ is error for each in failures)
    assert notes.closed == 1, "a session that failed is given up"
    assert asyncio.run(commits.run(echo(5))) == ("connection", 5)


def test_a_connection_that_cannot_be_made_fails_the_call(notes):
    def connect():
        raise UnavailableError("cannot be opened")

    commits = GroupCommit(connect)
    with pytest.raises(UnavailableError):
        asyncio.run(commits.run(echo(1)))
    commits.close()


def test_closing_finishes_what_is_queued(notes):
    commits = GroupCommit(lambda: Session(notes), quick=3600.0)
    commits._takes = 0.0

    async def main():
        waiting = [asyncio.ensure_future(commits.run(echo(n))) for n in range(3)]
        await asyncio.sleep(0)
        commits.close()
        return await asyncio.gather(*waiting)

    assert len(asyncio.run(main())) == 3
    assert notes.closed == 1


def test_after_closing_work_is_refused(commits):
    commits.close()
    with pytest.raises(UnavailableError):
        asyncio.run(commits.run(echo(1)))


def test_a_child_process_makes_a_connection_of_its_own(commits, notes):
    asyncio.run(commits.run(echo(1)))
    parents = commits._session
    commits.forked()
    asyncio.run(commits.run(echo(2)))
    assert commits._session is not parents
    assert notes.closed == 0, "the parent's is neither used nor closed"
    commits.close()
    assert notes.closed == 1


def test_nothing_is_kept_alive(notes):
    commits = GroupCommit(lambda: Session(notes))
    asyncio.run(commits.run(echo(1)))
    commits.close()
    gone = weakref.ref(commits)
    del commits
    gc.collect()
    assert gone() is None
