import assert from "node:assert/strict";
import { type FaultCase, type Purpose, purposeOf, REQUEST_FAULTS } from "./case.ts";
import { readMatrix, runCases } from "./fault_matrix.ts";

const PURPOSES: readonly Purpose[] = [
  "enter",
  "members",
  "address",
  "list",
  "look",
  "add",
  "rename",
  "restrict",
  "revoke",
];

Deno.test("fault matrix: the charm keeps its promises for every fault of every request", async () => {
  await using matrix = await readMatrix("in process");
  const { cases } = matrix;
  assert.deepEqual(missingFrom(cases), []);
  // Each fault occurs once in one case, and lasts in another. A refused connection always lasts.
  const requests = new Set(cases.map(({ undisturbed }) => undisturbed)).values()
    .flatMap(({ hooks }) => hooks.flatMap(({ requests }) => requests)).toArray();
  assert.equal(cases.length, requests.length * (2 * REQUEST_FAULTS.length - 1));
  await runCases(cases, "in process");
});

/** Returns the pairs of purpose and fault without a case. */
function missingFrom(cases: readonly FaultCase[]): readonly string[] {
  const name = (purpose: Purpose, fault: FaultCase["fault"]) => `${purpose} ${fault}`;
  const there = new Set(cases.map(({ request, fault }) => name(purposeOf(request), fault)));
  return PURPOSES.flatMap((purpose) => REQUEST_FAULTS.map((fault) => name(purpose, fault)))
    .filter((pair) => !there.has(pair));
}
