import assert from "node:assert/strict";
import { createMark, entryName, parseOwner, sharedName, slug } from "./owner.ts";

const UUID = "6f1c0a52-0000-4000-8000-000000000000";
const MARK = createMark("lxd-integrator", UUID);

Deno.test("entryName() is read back by parseOwner(), for units and applications", () => {
  for (const name of ["my-charm/0", "my-charm/12", "my-charm", "remote-0a1b2c/3"]) {
    assert.deepEqual(parseOwner(MARK, entryName(MARK, { relation: "3", name })), {
      kind: "requirer",
      relation: "3",
      slug: slug(name),
    });
  }
  assert.deepEqual(parseOwner(MARK, sharedName(MARK)), { kind: "shared" });
});

Deno.test("entryName() gives names that LXD takes, and that tell relation and requirer", () => {
  const name = entryName(MARK, { relation: "3", name: "my-charm/0" });
  assert.equal(name, `lxd-integrator@${UUID}:3:my-charm-0`);
  assert.match(name, /^[^-/][^/]*$/);
  assert.match(sharedName(MARK), /^[^-/][^/]*$/);
});

Deno.test.each([
  { what: "another application's", name: `lxd-integrator-k8s@${UUID}:3:ams-0` },
  { what: "an application's whose name ends in ours", name: `my-lxd-integrator@${UUID}:3:ams-0` },
  { what: "another model's", name: "lxd-integrator@0000:3:ams-0" },
  { what: "without a requirer", name: `lxd-integrator@${UUID}:3:` },
  { what: "without a relation", name: `lxd-integrator@${UUID}::ams-0` },
  { what: "with a relation that is no number", name: `lxd-integrator@${UUID}:a:ams-0` },
  { what: "with something after it", name: `lxd-integrator@${UUID}:3:ams-0:mine` },
  { what: "with a line before it", name: `x\nlxd-integrator@${UUID}:3:ams-0` },
  { what: "shared, with something after it", name: `lxd-integrator@${UUID}:shared-by-hand` },
  { what: "the prefix alone", name: `lxd-integrator@${UUID}:` },
  { what: "empty", name: "" },
])("parseOwner() takes a name as foreign that is $what", ({ name }) => {
  assert.equal(parseOwner(MARK, name), undefined);
});
