import assert from "node:assert/strict";
import { createCertificate } from "../certificates.ts";
import { LIMIT_MS, until } from "./administration.ts";
import { startStandIn } from "./stand_in.ts";
import { watch } from "./watch.ts";

Deno.test("watch() sees each change, also a moment without a certificate", async () => {
  await using lxd = await startStandIn();
  const [old, next] = [await createCertificate(), await createCertificate()];
  await lxd.trust(old.certificate);
  const names = { old: old.fingerprint, new: next.fingerprint };
  let seen = 0;
  const counted = {
    async trustStore() {
      const store = await lxd.trustStore();
      seen++;
      return store;
    },
  };
  const { looks, sequence } = await watch(counted, names, async () => {
    await lxd.distrust(old.fingerprint);
    // The first of two more looks may have begun before.
    const before = seen;
    await until("look again", LIMIT_MS, () => seen > before + 1);
    await lxd.trust(next.certificate);
  });
  assert.equal(looks, seen);
  assert.deepEqual(sequence, [["old"], [], ["new"]]);
  assert.ok(looks > sequence.length);
});

Deno.test("watch() rejects with the error of the work", async () => {
  await using lxd = await startStandIn();
  const cause = new Error("Cannot work");
  await assert.rejects(watch(lxd, {}, () => Promise.reject(cause)), cause);
});
