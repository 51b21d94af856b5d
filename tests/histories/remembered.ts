/**
 * Histories that once failed, or that random histories rarely reach. The tests try these first.
 *
 * @module
 */
import type { History, Operation } from "./history.ts";
import type { Item } from "./items.ts";

const good: Item = { kind: "good", which: 0, crlf: false };

/** The first unit of a relation's application writes its databag. */
function write(relation: number, items: readonly Item[]): Operation {
  return { kind: "write", relation, of: 1, items, wish: null };
}

/** Hooks run. Each number chooses the unit, if each unit has one pending hook. */
function run(...picks: readonly number[]): Operation {
  return { kind: "run", picks };
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
];
