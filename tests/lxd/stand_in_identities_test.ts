import assert from "node:assert/strict";
import { createCertificate } from "../certificates.ts";
import { CERTIFICATES, client, clients, entry, post, refused } from "./contract_tools.ts";
import { type StandIn, startStandIn } from "./stand_in.ts";
import { IDENTITY_ENTITLEMENTS } from "./stand_in_answer.ts";
import type { DialectName } from "./stand_in_dialect.ts";

const TLS = "/1.0/auth/identities/tls";
const CURRENT = "/1.0/auth/identities/current";
const NEWER: readonly DialectName[] = ["5.21.7", "6.10"];

Deno.test("dialect 5.0.2 has no identities", async () => {
  await using lxd = await startStandIn();
  const { trusted } = await clients(lxd);
  for (const path of [CURRENT, TLS]) refused(await trusted("GET", path), 404);
  const reply = await trusted("GET", `/1.0?with-access-entitlements=can_create_identities`);
  assert.equal(reply.status, 200);
});

for (const dialect of NEWER) {
  Deno.test(`identities of LXD ${dialect} manage certificates if their groups allow it`, async () => {
    await using lxd = await startStandIn({ dialect });
    const manager = await identity(lxd, "manager", IDENTITY_ENTITLEMENTS);
    const [added, other] = [await createCertificate(), await createCertificate()];
    const body = post(added.der, { name: "added" });
    assert.equal((await manager.ask("POST", CERTIFICATES, body)).status, 201);
    assert.equal((await entry(manager.ask, added)).name, "added");
    const url = `${CERTIFICATES}/${added.fingerprint}`;
    assert.equal((await manager.ask("PATCH", url, { name: "changed" })).status, 200);
    assert.equal((await manager.ask("DELETE", url)).status, 200);
    const root = (await manager.ask("GET", "/1.0")).body?.metadata;
    assert.deepEqual([root.auth, root.config], ["trusted", null]);
    const nobody = await identity(lxd, "nobody", []);
    refused(await nobody.ask("POST", CERTIFICATES, post(other.der)), 403);
    assert.equal((await nobody.ask("GET", `${CERTIFICATES}?recursion=1`)).status, 200);
  });

  Deno.test(`identities of LXD ${dialect} can read their entitlements`, async () => {
    await using lxd = await startStandIn({ dialect });
    const wanted = "?with-access-entitlements=can_create_identities,can_edit_projects";
    for (
      const [name, entitlements, expected] of [
        ["manager", IDENTITY_ENTITLEMENTS, ["can_create_identities"]],
        ["admin", ["admin"], ["can_create_identities", "can_edit_projects"]],
        ["nobody", [], []],
      ] as const
    ) {
      const { ask, fingerprint } = await identity(lxd, name, entitlements);
      const { metadata } = (await ask("GET", `/1.0${wanted}`)).body ?? {};
      assert.deepEqual(metadata.access_entitlements, expected, name);
      const current = (await ask("GET", CURRENT)).body?.metadata;
      assert.deepEqual([current.id, current.fine_grained], [fingerprint, true]);
      assert.deepEqual(
        current.effective_permissions.map((one: { entitlement: string }) => one.entitlement),
        entitlements,
      );
    }
    const { trusted, restricted, untrusted } = await clients(lxd);
    refused(await trusted("GET", `/1.0${wanted}`), 400);
    for (const ask of [trusted, restricted]) {
      const { metadata } = (await ask("GET", CURRENT)).body ?? {};
      assert.ok(!metadata.fine_grained);
    }
    refused(await untrusted("GET", CURRENT), 403);
  });

  Deno.test(`a name of LXD ${dialect} can be used once by clients, members, identities`, async () => {
    await using lxd = await startStandIn({ dialect, members: 3 });
    const { trusted } = await clients(lxd);
    const held = await identity(lxd, "held", []);
    await lxd.trust((await createCertificate()).certificate, { name: "m", type: "metrics" });
    const one = await createCertificate();
    for (const name of ["trusted", "m", "member2", "held"]) {
      refused(await trusted("POST", CERTIFICATES, post(one.der, { name })), 409);
      const body = { name, certificate: one.certificate };
      refused(await trusted("POST", TLS, body), 409);
    }
    refused(await trusted("POST", CERTIFICATES, post(held.der, { name: "free" })), 409);
    const url = `${CERTIFICATES}/${held.fingerprint}`;
    refused(await trusted("GET", url), 404);
    assert.equal((await trusted("DELETE", `${TLS}/held`)).status, 200);
    const again = await trusted("POST", CERTIFICATES, post(held.der, { name: "held" }));
    assert.equal(again.status, 201);
  });
}

Deno.test("dialect 6.10 shows public configuration to restricted clients, 5.21.7 does not", async () => {
  for (const [dialect, expected] of [["5.21.7", null], ["6.10", { "user.a": "b" }]] as const) {
    await using lxd = await startStandIn({ dialect });
    const { restricted } = await clients(lxd);
    await lxd.admin("PATCH", "/1.0", { config: { "user.a": "b" } });
    assert.deepEqual((await restricted("GET", "/1.0")).body?.metadata.config, expected);
  }
});

/** Adds an identity in its own group. */
async function identity(lxd: StandIn, name: string, entitlements: readonly string[]) {
  const made = await createCertificate({ commonName: name });
  const permissions = entitlements.map((entitlement) => ({
    "entity_type": "server",
    url: "/1.0",
    entitlement,
  }));
  await lxd.admin("POST", "/1.0/auth/groups", { name, permissions });
  const body = { name, certificate: made.certificate, groups: [name] };
  const reply = await lxd.admin("POST", TLS, body);
  assert.equal(reply.status, 201, reply.text);
  return { ...made, ask: client(lxd, made) };
}
