import assert from "node:assert/strict";
import { createCertificate } from "../certificates.ts";
import { CERTIFICATES, clients, post, refused } from "./contract_tools.ts";
import { startStandIn } from "./stand_in.ts";

Deno.test("duplicates of a name survive an upgrade, and LXD refuses another one", async () => {
  await using lxd = await startStandIn();
  const { trusted } = await clients(lxd);
  const [one, two, three] = await Promise.all([1, 2, 3].map(() => createCertificate()));
  assert.ok(one && two && three);
  for (const { certificate } of [one, two]) await lxd.trust(certificate, { name: "twice" });
  lxd.upgrade("6.10");
  const names = (await lxd.trustStore()).map(({ name }) => name);
  assert.equal(names.filter((name) => name === "twice").length, 2);
  refused(await trusted("POST", CERTIFICATES, post(three.der, { name: "twice" })), 409);
  const url = `${CERTIFICATES}/${one.fingerprint}`;
  assert.equal((await trusted("PATCH", url, { restricted: true })).status, 200);
  assert.equal((await trusted("PATCH", url, { name: "another" })).status, 200);
  refused(await trusted("PATCH", url, { name: "twice" }), 409);
  assert.equal((await trusted("DELETE", `${CERTIFICATES}/${two.fingerprint}`)).status, 200);
});

Deno.test("LXD refuses a change that keeps projects without a restriction", async () => {
  await using lxd = await startStandIn({ dialect: "5.21.7" });
  const { trusted } = await clients(lxd);
  const one = await createCertificate();
  await lxd.trust(one.certificate, { name: "one", projects: ["default"] });
  lxd.upgrade("6.10");
  const url = `${CERTIFICATES}/${one.fingerprint}`;
  refused(await trusted("PATCH", url, { name: "two" }), 400);
  refused(await trusted("PATCH", url, { name: "two", restricted: false }), 400);
  const whole = { name: "two", restricted: false, projects: [] };
  assert.equal((await trusted("PATCH", url, whole)).status, 200);
});

Deno.test("members that wait for an upgrade have the status Blocked, and answer", async () => {
  await using lxd = await startStandIn({ dialect: "6.10", members: 3 });
  const { trusted } = await clients(lxd);
  for (const { name } of lxd.members) lxd.setMemberStatus(name, "Blocked");
  const { metadata } = (await trusted("GET", "/1.0/cluster/members?recursion=1")).body ?? {};
  assert.deepEqual(
    metadata.map(({ status }: { status: string }) => status),
    ["Blocked", "Blocked", "Blocked"],
  );
  const { der } = await createCertificate();
  assert.equal((await trusted("POST", CERTIFICATES, post(der))).status, 201);
});
