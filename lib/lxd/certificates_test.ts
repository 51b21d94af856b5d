import assert from "node:assert/strict";
import { renderAccess } from "./certificates.ts";

Deno.test("renderAccess() always writes both keys", () => {
  assert.deepEqual(renderAccess(null), { restricted: false, projects: [] });
  assert.deepEqual(renderAccess(["a"]), { restricted: true, projects: ["a"] });
  assert.deepEqual(renderAccess([]), { restricted: true, projects: [] });
});
