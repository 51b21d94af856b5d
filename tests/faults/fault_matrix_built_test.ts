import assert from "node:assert/strict";
import { CHARM } from "../harness/charm.ts";
import { askedOf, BEFALLS } from "./cell.ts";
import { playCells, readMatrix } from "./fault_matrix.ts";

// No divisor of the number of cells of one request, so that everything is met.
const STRIDE = 13;

Deno.test("fault matrix: a sample with the built charm", async () => {
  const cells = (await readMatrix(CHARM)).filter((_, index) => index % STRIDE === 0);
  assert.deepEqual(new Set(cells.map(({ befalls }) => befalls)), new Set(BEFALLS));
  assert.equal(new Set(cells.map(({ request }) => askedOf(request))).size, 8);
  await playCells(cells, { charm: CHARM, running: "built" });
});
