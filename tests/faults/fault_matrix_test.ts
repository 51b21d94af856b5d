import assert from "node:assert/strict";
import { type Asked, askedOf, BEFALLS, type Cell } from "./cell.ts";
import { playCells, readMatrix } from "./fault_matrix.ts";
import { createLeanCharm } from "../harness/lean_charm.ts";

const ASKED: readonly Asked[] = [
  "enter",
  "members",
  "address",
  "list",
  "add",
  "rename",
  "restrict",
  "revoke",
];

Deno.test("fault matrix: whatever befalls whichever request", async () => {
  await using lean = await createLeanCharm();
  const charm = lean.path;
  const cells = await readMatrix(charm);
  assert.deepEqual(missingFrom(cells), []);
  // What is refused is refused for long; whatever else befalls a request does so once, and for long.
  const requests = new Set(cells.map(({ undisturbed }) => undisturbed)).values()
    .flatMap(({ runs }) => runs.flatMap(({ requests }) => requests)).toArray();
  assert.equal(cells.length, requests.length * (2 * BEFALLS.length - 1));
  await playCells(cells, { charm, running: "in process" });
});

/** Names what is asked and befalls nowhere among the cells. */
function missingFrom(cells: readonly Cell[]): readonly string[] {
  const name = (asked: Asked, befalls: Cell["befalls"]) => `${asked} ${befalls}`;
  const there = new Set(cells.map(({ request, befalls }) => name(askedOf(request), befalls)));
  return ASKED.flatMap((asked) => BEFALLS.map((befalls) => name(asked, befalls)))
    .filter((name) => !there.has(name));
}
