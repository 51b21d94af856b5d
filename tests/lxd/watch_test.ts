import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { createCertificate } from "../certificates.ts";
import { startStandIn } from "./stand_in.ts";
import { watch } from "./watch.ts";

Deno.test("watch() sees each change, gaps too", async () => {
  await using lxd = await startStandIn();
  const [old, next] = [await createCertificate(), await createCertificate()];
  await lxd.trust(old.certificate);
  const names = { old: old.fingerprint, new: next.fingerprint };
  const { looks, sequence } = await watch(lxd, names, async () => {
    await delay(50);
    await lxd.distrust(old.fingerprint);
    await delay(50);
    await lxd.trust(next.certificate);
  });
  assert.deepEqual(sequence, [["old"], [], ["new"]]);
  assert.ok(looks > sequence.length);
});

Deno.test("watch() rejects with the error of the work", async () => {
  await using lxd = await startStandIn();
  const cause = new Error("Cannot work");
  await assert.rejects(watch(lxd, {}, () => Promise.reject(cause)), cause);
});
