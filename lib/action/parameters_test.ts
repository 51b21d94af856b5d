import assert from "node:assert/strict";
import { flag, MODEL, type Parameters, readParameters } from "./parameters.ts";

const DECLARED: Parameters<{ readonly "dry-run": boolean; readonly model: string | null }> = {
  "dry-run": flag({ default: true }),
  model: MODEL,
};

const UUID = "6f1c0a52-1111-4222-8333-444455556666";

Deno.test.each([
  { given: {}, values: { "dry-run": true, model: null } },
  { given: { "dry-run": false }, values: { "dry-run": false, model: null } },
  { given: { "dry-run": true, model: UUID }, values: { "dry-run": true, model: UUID } },
])("readParameters() reads $given", ({ given, values }) => {
  assert.deepEqual(readParameters(DECLARED, given), { kind: "read", values });
});

const BOOLEAN = "Cannot use the parameter dry-run: it must be true or false";
const NO_UUID =
  "Cannot use the parameter model: it must be the UUID of a model, as juju show-model prints it";

Deno.test.each([
  { given: { "dry-run": "false" }, reason: BOOLEAN },
  { given: { "dry-run": null }, reason: BOOLEAN },
  { given: { "dry-run": 0 }, reason: BOOLEAN },
  { given: { model: UUID.toUpperCase() }, reason: NO_UUID },
  { given: { model: `${UUID}\n` }, reason: NO_UUID },
  { given: { model: "" }, reason: NO_UUID },
  { given: { model: 1 }, reason: NO_UUID },
  {
    given: { dryrun: true },
    reason: 'Cannot use the parameter "dryrun": the action lacks it, it has dry-run, model',
  },
  { given: null, reason: "Cannot read the parameters" },
  { given: "x", reason: "Cannot read the parameters" },
])("readParameters() refuses $given", ({ given, reason }) => {
  assert.deepEqual(readParameters(DECLARED, given), { kind: "unreadable", reason });
});

Deno.test("readParameters() refuses any parameter of an action without parameters", () => {
  assert.deepEqual(readParameters({}, { a: 1 }), {
    kind: "unreadable",
    reason: 'Cannot use the parameter "a": the action lacks it, it has none',
  });
});
