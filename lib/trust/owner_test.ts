import assert from "node:assert/strict";
import type { Fingerprint } from "../requirer/certificate.ts";
import { createMark, entryName, fullName, parseOwner, slug } from "./owner.ts";

const UUID = "6f1c0a52-0000-4000-8000-000000000000";
const MARK = createMark("lxd-integrator", UUID);
const FINGERPRINT = "2274d312f0".padEnd(64, "9") as Fingerprint;

Deno.test("entryName() is read back by parseOwner(), for units and applications", () => {
  for (const name of ["my-charm/0", "my-charm/12", "my-charm", "remote-0a1b2c/3", "shared", "7"]) {
    const given = entryName(MARK, { relation: "3", name }, FINGERPRINT);
    const owner = { kind: "requirer", relation: "3", slug: slug(name) };
    for (const one of [given, fullName(given, FINGERPRINT)]) {
      assert.deepEqual(parseOwner(MARK, one), owner);
    }
  }
  const shared = entryName(MARK, undefined, FINGERPRINT);
  assert.deepEqual(parseOwner(MARK, shared), { kind: "shared" });
  assert.deepEqual(parseOwner(MARK, fullName(shared, FINGERPRINT)), { kind: "shared" });
});

Deno.test("entryName() gives names that LXD takes, with relation and requirer", () => {
  const name = entryName(MARK, { relation: "3", name: "my-charm/0" }, FINGERPRINT);
  assert.equal(name, `lxd-integrator@${UUID}:3:my-charm-0:2274d312f099`);
  assert.match(name, /^[^-/][^/]*$/);
  const shared = entryName(MARK, undefined, FINGERPRINT);
  assert.equal(shared, `lxd-integrator@${UUID}:shared:2274d312f099`);
});

Deno.test("fullName() has all digits of the fingerprint", () => {
  const name = entryName(MARK, { relation: "3", name: "my-charm/0" }, FINGERPRINT);
  assert.equal(
    fullName(name, FINGERPRINT),
    `lxd-integrator@${UUID}:3:my-charm-0:${FINGERPRINT}`,
  );
});

Deno.test("parseOwner() reads the names that former versions gave, without digits", () => {
  const owner = { kind: "requirer", relation: "3", slug: "my-charm-0" };
  assert.deepEqual(parseOwner(MARK, `lxd-integrator@${UUID}:3:my-charm-0`), owner);
  assert.deepEqual(parseOwner(MARK, `lxd-integrator@${UUID}:shared`), { kind: "shared" });
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
  { what: "shared, with a word after it", name: `lxd-integrator@${UUID}:shared:mine` },
  { what: "with too few digits", name: `lxd-integrator@${UUID}:3:ams-0:2274d312f09` },
  { what: "with too many digits", name: `lxd-integrator@${UUID}:3:ams-0:2274d312f0999` },
  { what: "with capital digits", name: `lxd-integrator@${UUID}:3:ams-0:2274D312F099` },
  { what: "with digits twice", name: `lxd-integrator@${UUID}:shared:2274d312f099:2274d312f099` },
  { what: "with a line after it", name: `lxd-integrator@${UUID}:3:ams-0:2274d312f099\n` },
  { what: "the prefix alone", name: `lxd-integrator@${UUID}:` },
  { what: "empty", name: "" },
])("parseOwner() takes a name as foreign that is $what", ({ name }) => {
  assert.equal(parseOwner(MARK, name), undefined);
});
