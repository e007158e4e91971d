"""The demonstration: real calls through real servers, verified by strangers, then attacked.

No verdict is printed that was not computed in this run; it succeeds only if every one is as expected.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from signet_vc import Policy, __version__, verify
from signet_vc.attestation.store import Record
from signet_vc.demo.attacks import ATTACKS
from signet_vc.demo.calls import make_calls
from signet_vc.demo.verifiers import VERIFIERS, Said
from signet_vc.demo.world import World, build
from signet_vc.store import open_store

__all__ = ["demonstrate"]

Say = Callable[[str], None]


async def demonstrate(parent: Path, say: Say, *, mark: Callable[[bool], str]) -> bool:
    """Run it in a new folder under ``parent``; True if everything came out as it should.

    ``say`` prints a line, ``mark`` renders whether a verdict is the expected one.
    """
    world = build(parent / datetime.now(UTC).strftime("%Y%m%d-%H%M%S"))
    say("Two fresh identities")
    say(f"  agent   {world.agent.did}")
    say(f"  server  {world.server.did}")
    with _logged(world.log):
        good = await _calls(world, say, mark)
        records = _records(world)
        good &= _verify(world, records, say, mark)
        good &= await _attacks(world, say, mark)
    _leave(world, records, say)
    return good


@contextmanager
def _logged(file: Path) -> Iterator[None]:
    """Log to ``file``: among the results every refusal, though expected, would read as a failure."""
    log = logging.getLogger("signet_vc")
    handler, propagates = logging.FileHandler(file, encoding="utf-8"), log.propagate
    handler.setFormatter(logging.Formatter("client: %(message)s"))
    log.addHandler(handler)
    log.propagate = False
    try:
        yield
    finally:
        log.propagate = propagates
        log.removeHandler(handler)
        handler.close()


async def _calls(world: World, say: Say, mark: Callable[[bool], str]) -> bool:
    say("\nCalls to servers that know nothing of this, each attested by both sides")
    say(f"       {'server':<16} {'tool':<17} {'answer':<19} signed by")
    good = True
    async for call in make_calls(world):
        expected = call.seen == call.expected
        good &= expected
        say(f"  {mark(expected)} {call.server:<16} {call.tool:<17} {call.seen:<19} {call.by}")
    return good


def _records(world: World) -> list[Record]:
    """What both sides recorded, each credential once."""
    by_digest: dict[str, Record] = {}
    for name in ("server.db", "agent.db"):
        with open_store(f"sqlite:{world.folder / name}") as store:
            for record in store.records():
                by_digest.setdefault(record.digest, record)
    return list(by_digest.values())


def _verify(world: World, records: list[Record], say: Say, mark: Callable[[bool], str]) -> bool:
    versions = [__version__, *(each.version() for each in VERIFIERS)]
    names = ["signet-vc", *(each.name for each in VERIFIERS)]
    say(f"\n{len(records)} credentials, verified here and by software that nobody here wrote")
    say("(not asked: it does not read that form)")
    for name, version in zip(names, versions, strict=True):
        say(f"  {name} {version if version is not None else '(not installed: asked nothing)'}")
    say("")
    say(f"       {'credential':<37} " + " ".join(f"{name:<13}" for name in names))
    policy = Policy(allowed_signers=[world.agent.did, world.server.did, world.stranger.did])
    good = True
    for record in records:
        said = [_ours(record, policy), *(each.verdict(record) for each in VERIFIERS)]
        expected = all(each in {Said.VERIFIED, Said.NOT_ASKED} for each in said) and Said.VERIFIED in said[1:]
        good &= expected
        what = f"{record.kind} {record.tool}" + (f" ({record.outcome})" if record.outcome else "")
        say(f"  {mark(expected)} {what:<37} " + " ".join(f"{each:<13}" for each in said))
    return good


def _ours(record: Record, policy: Policy) -> Said:
    forms = [record.secured] if record.jws is None else [record.secured, record.jws]
    verified = all(verify(form, policy).verified for form in forms)
    return Said.VERIFIED if verified else Said.REFUSED


async def _attacks(world: World, say: Say, mark: Callable[[bool], str]) -> bool:
    say("\nAttacks, each on a genuine call, through a real proxy")
    say(f"       {'attack':<38} {'refused by':<13} why")
    good = True
    for attack in ATTACKS:
        codes = await attack.run(world)
        expected = attack.expected in codes
        good &= expected
        answer = ", ".join(codes) if codes else "NOT REFUSED"
        say(f"  {mark(expected)} {attack.name:<38} {attack.where:<13} {answer}")
    return good


def _leave(world: World, records: Iterable[Record], say: Say) -> None:
    folder = world.folder
    credentials = folder / "credentials"
    credentials.mkdir()
    for number, record in enumerate(sorted(records, key=lambda each: each.received_at), start=1):
        suffix = "json" if record.secured.startswith("{") else "jwt"
        path = credentials / f"{number:02d}-{record.kind}-{record.tool}.{suffix}"
        path.write_text(record.secured + "\n", encoding="utf-8")
    say(f"\nEverything is in {folder}")
    say("  credentials/   each credential, for any verifier")
    say("  server.db, agent.db   what each side recorded")
    say("  log.txt   what both sides said meanwhile: above all, why they refused")
    say("Next:")
    store = f"sqlite:{folder / 'server.db'}"
    say(f"  {world.signet} audit list --store {store}")
    say(f"  {world.signet} audit verify --store {store} --trust-any")
    say(f"  {world.signet} verify {credentials}/*.json --allow {world.agent.did} --allow {world.server.did}")
