/**
 * Histories that once failed, or that nearly every random one misses. They are tried first.
 *
 * @module
 */
import type { History, Item, Operation } from "./history.ts";

const good: Item = { kind: "good", which: 0, crlf: false };

/** The first unit of a relation's application writes. */
function write(relation: number, items: readonly Item[]): Operation {
  return { kind: "write", relation, of: 1, items, wish: null };
}

/** Hooks run; each number chooses the unit, where each has one hook to run. */
function run(...picks: readonly number[]): Operation {
  return { kind: "run", picks };
}

/** The histories. */
export const REMEMBERED: readonly History[] = [
  // The leader makes an entry a shared one, and is gone before the next leader has read why.
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
  // A unit leads for one hook only, which had been killed before, and so never is elected: it makes
  // an entry a shared one, of which the former leader, once it leads again, has not read why.
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
  // As before, but the former leader runs a hook again, too, before it is elected again.
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
