import assert from "node:assert/strict";
import { purposeOf, REQUEST_FAULTS } from "./case.ts";
import { readMatrix, runCases } from "./fault_matrix.ts";

// The stride does not divide the number of cases of one request, so the sample has every fault.
const STRIDE = 13;

Deno.test("fault matrix: the built charm keeps its promises in a sample of all cases", async () => {
  await using matrix = await readMatrix("built");
  const cases = matrix.cases.filter((_, index) => index % STRIDE === 0);
  assert.deepEqual(new Set(cases.map(({ fault }) => fault)), new Set(REQUEST_FAULTS));
  assert.equal(new Set(cases.map(({ request }) => purposeOf(request))).size, 10);
  await runCases(cases, "built");
});
