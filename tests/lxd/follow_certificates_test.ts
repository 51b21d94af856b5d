import assert from "node:assert/strict";
import { createCertificate } from "../certificates.ts";
import { LIMIT_MS, until } from "./administration.ts";
import { followCertificates } from "./follow_certificates.ts";
import { startCluster } from "./real.ts";

Deno.test("followCertificates() reports each change of the trust store, of each member", async () => {
  await using lxd = await startCluster({ members: 2 });
  const [daemon] = lxd.daemons;
  assert.ok(daemon);
  const { certificate, fingerprint } = await createCertificate();
  await lxd.trust((await createCertificate()).certificate, { name: "before" });
  using follower = await followCertificates(daemon.directory);
  const { events } = follower;
  await lxd.trust(certificate, { name: "a" });
  await lxd.amend(fingerprint, { name: "b" });
  await lxd.createProject("other");
  await lxd.distrust(fingerprint);
  await until("see all events", LIMIT_MS, () => events.length >= 6);
  for (const member of ["member1", "member2"]) {
    assert.deepEqual(
      events.filter((event) => event.member === member).map(({ action }) => action),
      ["created", "updated", "deleted"],
    );
  }
  assert.equal(events.length, 6);
  assert.ok(events.every((event) => event.fingerprint === fingerprint && event.time));
});
