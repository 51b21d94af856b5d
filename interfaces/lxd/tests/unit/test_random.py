"""Random lives of a relation: what must hold after each hook, whatever came before."""

from __future__ import annotations

import itertools
import random

import pytest

from driver import Driver, fresh

STEPS = (
    "relation_changed",
    "update_status",
    "action:rotate",
    "action:rotate",
    "action:withdraw",
    "answer:trusted",
    "answer:trusted",
    "answer:trusted",
    "answer:pending",
    "answer:rejected",
    "answer:waiting",
)


def check(unit: Driver) -> None:
    kept = sorted(content["certificate"] for content in unit.contents)
    assert kept == sorted(unit.offered), (
        "each offered certificate has its key, and no other key is kept"
    )
    assert len(kept) <= 3
    assert len({secret.label for secret in unit.secrets}) == len(kept)


@pytest.mark.parametrize("seed", range(12))
def test_a_random_life(seed: int) -> None:
    chance = random.Random(seed)
    unit = fresh()
    seen = unit.run("relation_created")
    events: list[str] = []
    for _ in range(25):
        step = chance.choice(STEPS)
        if step.startswith("answer:"):
            unit.answer(step.removeprefix("answer:"))
            step = "relation_changed"
            used = None
        else:
            used = seen.identity
        seen = unit.run(step)
        events += unit.seen
        check(unit)
        if used and step != "action:withdraw":
            assert seen.is_ready, "without news of the provider, access lasts"
        if step == "action:withdraw":
            assert unit.offered == []
        if seen.is_ready:
            assert seen.identity.certificate in unit.offered
            assert unit.status[0] == "active"
        else:
            assert unit.status[0] in ("waiting", "blocked")
    unit.run("relation_broken")
    events += unit.seen
    assert unit.secrets == []
    # Each access begins with `ready`, and ends with `gone` before the next one begins.
    access = [one for one in events if one in ("ready", "gone")]
    assert access[-1:] == ["gone"]
    assert all(pair != ("gone", "gone") for pair in itertools.pairwise(access))
