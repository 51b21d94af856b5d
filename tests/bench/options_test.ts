import assert from "node:assert/strict";
import { casesOf, nameOf } from "./cases.ts";
import { parseOptions, USAGE } from "./options.ts";

Deno.test("parseOptions() has a default for each option, and compares two charms", () => {
  assert.deepEqual(parseOptions([]), {
    charms: ["dist/lxd-integrator_amd64.charm"],
    runs: 5,
    only: /(?:)/,
    toolDelayMs: 10,
    hasPython: true,
    out: "dist/bench",
  });
  const compared = parseOptions(["--charm", "a", "--charm", "b", "--no-python"]);
  assert.deepEqual([compared.charms, compared.hasPython], [["a", "b"], false]);
});

Deno.test.each(
  [
    [["--runs", "0"]],
    [["--runs", "many"]],
    [["--tool-delay", "-1"]],
    [["--only", "("]],
    [["--charm", "a", "--charm", "b", "--charm", "c"]],
    [["--loud"]],
    [["more"]],
  ] as const,
)("parseOptions() refuses %s", (args) => {
  assert.throws(() => parseOptions(args), TypeError);
});

Deno.test("each option has its line in the usage", () => {
  for (const name of ["charm", "runs", "only", "tool-delay", "no-python", "out"]) {
    assert.match(USAGE, new RegExp(`^  --${name} `, "m"));
  }
});

Deno.test("casesOf() names each case once, for any delay", () => {
  for (const delay of [0, 10, 20]) {
    const names = casesOf(delay).map(nameOf);
    assert.equal(new Set(names).size, names.length);
    assert.ok(names.includes(`update-status/relations/60/tool=100`));
  }
});
