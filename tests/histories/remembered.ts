/**
 * Histories that once failed, or that random histories rarely reach. The tests try these first.
 *
 * @module
 */
import type { History, Operation } from "./history.ts";
import type { Item, Wish } from "./items.ts";

const good: Item = { kind: "good", which: 0, crlf: false };

/** The first unit of a relation's application writes its databag. */
function write(relation: number, items: readonly Item[], wish: Wish = null): Operation {
  return { kind: "write", relation, of: 1, items, wish };
}

/** Hooks run. Each number chooses the unit, if each unit has one pending hook. */
function run(...picks: readonly number[]): Operation {
  return { kind: "run", picks };
}

/** The hostile application writes the databag of its first unit, or of itself, over an endpoint. */
function attack(
  endpoint: number,
  of: "application" | "unit",
  wish: Wish,
): Operation {
  return { kind: "attack", endpoint, of: of === "unit" ? 1 : 0, items: [good], wish };
}

/** The histories. */
export const REMEMBERED: readonly History[] = [
  // The leader shares an entry, and is removed before the next leader reads the second want.
  {
    units: 2,
    relations: 2,
    order: 0,
    operations: [
      write(0, [good]),
      { kind: "settle" },
      write(1, [good]),
      run(0),
      { kind: "remove leader", force: true },
      write(0, []),
      run(0, 0, 0, 0),
    ],
  },
  // A unit leads for one hook only, the repetition of a killed hook, and so never runs
  // leader-elected. The unit shares an entry. The former leader leads again, and has not read the
  // second want.
  {
    units: 2,
    relations: 2,
    order: 0,
    operations: [
      write(0, [good]),
      { kind: "settle" },
      write(1, [good]),
      { kind: "kill", call: 1 },
      run(1),
      { kind: "lead", unit: 1 },
      run(1),
      { kind: "lead", unit: 0 },
      write(0, []),
      run(0, 0, 0, 0),
    ],
  },
  // The same, but the former leader also repeats a hook before it leads again.
  {
    units: 2,
    relations: 2,
    order: 0,
    operations: [
      write(0, [good]),
      { kind: "settle" },
      write(1, [good]),
      write(0, []),
      { kind: "kill", call: 1 },
      run(0),
      { kind: "kill", call: 1 },
      run(2),
      { kind: "lead", unit: 1 },
      run(1),
      { kind: "lead", unit: 0 },
      run(0),
    ],
  },
  // The hostile application replays a certificate with more, the same and other projects, and goes.
  {
    units: 2,
    relations: 2,
    order: 0,
    operations: [
      write(0, [good], ["web"]),
      { kind: "settle" },
      attack(2, "application", ["db", "web"]),
      attack(0, "unit", null),
      { kind: "settle" },
      attack(0, "unit", ["web"]),
      { kind: "settle" },
      { kind: "lead", unit: 1 },
      write(0, [good], ["db"]),
      run(0, 0, 0, 0),
      { kind: "settle" },
      { kind: "retreat", relation: 0, isWhole: true, force: false },
      { kind: "settle" },
    ],
  },
];
