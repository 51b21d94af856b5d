/**
 * Behavior of LXD 5.0.2 towards its clients: cases for a real LXD and for the stand-in.
 *
 * @module
 */
import { deepEqual, equal, match, notEqual, ok, rejects } from "node:assert/strict";
import { request as httpsRequest } from "node:https";
import { X509Certificate } from "node:crypto";
import { namesIn } from "../../lib/lxd/list_projects.ts";
import { createCertificate, fingerprintOf, type TestCertificate } from "../certificates.ts";
import { enableClustering, LIMIT_MS, replaceServerCertificate, until } from "./administration.ts";
import { createClient, presentedFingerprint } from "./client.ts";
import {
  auth,
  byFingerprint,
  type Case,
  CERTIFICATES,
  client,
  clients,
  DAY_MS,
  entry,
  only,
  post,
  refused,
  succeeded,
} from "./contract_tools.ts";
import type { LxdWorld } from "./world.ts";

/** Cases for a standalone server. Its trust store may hold anything, as cases share the server. */
export const SERVER_CASES: readonly Case[] = [
  ["a client sees its standing in GET /1.0", async (world) => {
    const { trusted, restricted, untrusted } = await clients(world);
    const full = await trusted("GET", "/1.0");
    equal(full.status, 200);
    equal(full.body?.metadata.auth, "trusted");
    equal(typeof full.body?.metadata.config, "object");
    notEqual(full.body?.metadata.config, null);
    const { environment } = full.body?.metadata ?? {};
    equal(environment.server, "lxd");
    equal(environment.server_version, "5.0.2");
    ok(!environment.server_clustered);
    equal(environment.certificate_fingerprint, fingerprintOf(world.serverCertificate));
    equal(environment.project, "default");
    ok(full.body?.metadata.api_extensions.includes("certificate_project"));
    ok(!("auth_user_name" in full.body?.metadata));

    const limited = await restricted("GET", "/1.0");
    equal(limited.body?.metadata.auth, "trusted");
    equal(limited.body?.metadata.config, null);
    equal(limited.body?.metadata.environment.server, "lxd");

    const unknown = await untrusted("GET", "/1.0");
    equal(unknown.status, 200);
    equal(unknown.body?.metadata.auth, "untrusted");
    ok(!("config" in unknown.body?.metadata));
    ok(!("environment" in unknown.body?.metadata));
  }],
  ["a metrics certificate and an expired one are untrusted", async (world) => {
    const metrics = await createCertificate();
    await world.trust(metrics.certificate, { type: "metrics" });
    equal(await auth(world, metrics), "untrusted");
    const expired = await createCertificate({
      notBefore: new Date(Date.now() - 2 * DAY_MS),
      notAfter: new Date(Date.now() - DAY_MS),
    });
    equal(await auth(world, expired), "untrusted");
  }],
  ["a certificate expires in the trust store", async (world) => {
    const brief = await trustBriefly(world);
    await until("see it expire", LIMIT_MS, async () => await auth(world, brief) === "untrusted");
    ok((await world.trustStore()).some(({ fingerprint }) => fingerprint === brief.fingerprint));
  }],
  ["a leaf of an authority is trusted, its siblings are not", async (world) => {
    const issuer = await createCertificate({ ca: true, commonName: "authority" });
    const leaf = await createCertificate({ issuer });
    await world.trust(leaf.certificate);
    equal(await auth(world, leaf), "trusted");
    equal(await auth(world, await createCertificate({ issuer })), "untrusted");
  }],
  ["an untrusted client gets 403, except for GET /1.0", async (world) => {
    const { untrusted } = await clients(world);
    for (
      const path of [CERTIFICATES, `${CERTIFICATES}/00`, "/1.0/cluster", "/1.0/projects"]
    ) refused(await untrusted("GET", path), 403, "not authorized");
    const { der } = await createCertificate();
    refused(await untrusted("POST", CERTIFICATES, post(der)), 403, "not authorized");
    refused(await untrusted("PATCH", `${CERTIFICATES}/00`, {}), 403, "not authorized");
    refused(await untrusted("DELETE", `${CERTIFICATES}/00`), 403, "not authorized");
    refused(await untrusted("GET", "/1.0/nothing"), 404, "not found");
  }],
  ["a restricted client reads the trust store and may not change it", async (world) => {
    const { restricted, restrictedCertificate, trusted } = await clients(world);
    const list = await restricted("GET", `${CERTIFICATES}?recursion=1`);
    const all = await trusted("GET", `${CERTIFICATES}?recursion=1`);
    equal(list.status, 200);
    deepEqual(byFingerprint(list), byFingerprint(all));
    const { der } = await createCertificate();
    refused(await restricted("POST", CERTIFICATES, post(der)), 403, "not authorized");
    const own = `${CERTIFICATES}/${restrictedCertificate.fingerprint}`;
    refused(await restricted("PATCH", own, { name: "other" }), 403);
    refused(await restricted("DELETE", own), 403, "not authorized");
    refused(await restricted("DELETE", `${CERTIFICATES}/${"0".repeat(64)}`), 403);
  }],
  ["a restricted client renews its own certificate", async (world) => {
    const { restricted, restrictedCertificate: own } = await clients(world);
    const next = await createCertificate();
    const { name, type, projects } = await entry(restricted, own);
    succeeded(
      await restricted("PATCH", `${CERTIFICATES}/${own.fingerprint}`, {
        ...{ name, type, projects, restricted: true },
        certificate: next.certificate,
      }),
    );
    equal(await auth(world, own), "untrusted");
    equal(await auth(world, next), "trusted");
  }],
  ["projects of any name are listed, with each special character encoded", async (world) => {
    const { trusted } = await clients(world);
    const names = ["a#b", "a%41", "a,b", "\u00fc", "\u{1f600}", "x".repeat(64), "y".repeat(300)];
    for (const name of names) await world.createProject(name);
    const { body } = await trusted("GET", "/1.0/projects");
    const listed = body?.metadata.flatMap(namesIn);
    for (const name of names) {
      ok(listed.includes(name), name);
      await world.deleteProject(name);
    }
  }],
  ["a project's name has no slash, space or quotes, and is no star and no path", async (world) => {
    const { trusted } = await clients(world);
    for (const name of ["a/b", "a b", "a'b", '"', "*", ".", ".."]) {
      refused(await trusted("POST", "/1.0/projects", { name, config: {} }), 400);
    }
  }],
  ["the list of projects has only visible projects", async (world) => {
    const { trusted, restricted } = await clients(world);
    ok((await trusted("GET", "/1.0/projects")).body?.metadata.includes("/1.0/projects/default"));
    const { body } = await restricted("GET", "/1.0/projects");
    deepEqual(body?.metadata, ["/1.0/projects/default"]);
    refused(await trusted("GET", "/1.0/projects/no-such"), 404, "Project not found");
    refused(await restricted("GET", "/1.0/projects/no-such"), 403);
  }],
  ["a standalone server has no members", async (world) => {
    const { trusted } = await clients(world);
    const { body } = await trusted("GET", "/1.0/cluster");
    deepEqual(body?.metadata, { "server_name": "", enabled: false, "member_config": [] });
    const members = await trusted("GET", "/1.0/cluster/members?recursion=1");
    refused(members, 500, "Server is not clustered");
  }],
  ["the server certificate names the host and not the address", (world) => {
    const certificate = new X509Certificate(world.serverCertificate);
    match(certificate.subjectAltName ?? "", /^DNS:[^,]+, IP Address:127\.0\.0\.1, IP Address:/);
    ok(!certificate.ca);
    return Promise.resolve();
  }],
  ["a client refuses another server certificate than the pinned one", async (world) => {
    const other = await createCertificate();
    const { endpoint } = only(world);
    const pinned = createClient({ endpoint, serverCertificate: other.certificate });
    await rejects(pinned("GET", "/1.0"), /certificate/);
    equal(await presentedFingerprint(endpoint), fingerprintOf(world.serverCertificate));
  }],
  ["LXD refuses TLS 1.2", async (world) => {
    await rejects(tls12(world), { code: "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION" });
  }],
];

/** Cases that change a standalone server for good. */
export const SERVER_CHANGE_CASES: readonly Case[] = [
  ["clustering and rotation replace the server certificate", async (world) => {
    const { trustedCertificate } = await clients(world);
    const before = world.serverCertificate;
    await enableClustering(world, "first");
    notEqual(world.serverCertificate, before);
    const { endpoint } = only(world);
    await rejects(createClient({ endpoint, serverCertificate: before })("GET", "/1.0"));
    const reply = await client(world, trustedCertificate)("GET", "/1.0");
    equal(reply.body?.metadata.auth, "trusted");
    ok(reply.body?.metadata.environment.server_clustered);
    equal(reply.body?.metadata.environment.server_name, "first");
    const servers = (await world.trustStore()).filter(({ type }) => type === "server");
    deepEqual(servers.map(({ name, fingerprint }) => ({ name, fingerprint })), [
      { name: "first", fingerprint: fingerprintOf(before) },
    ]);
    const next = await createCertificate({ dnsNames: ["rotated"], key: "p384" });
    await replaceServerCertificate(world, next);
    equal(fingerprintOf(world.serverCertificate), next.fingerprint);
    equal(await presentedFingerprint(endpoint), next.fingerprint);
    equal(await auth(world, trustedCertificate), "trusted");
  }],
];

/** Adds a certificate that is trusted now and expires soon. On a slow machine it lives longer. */
async function trustBriefly(world: LxdWorld): Promise<TestCertificate> {
  for (let lifeMs = 2_500;; lifeMs *= 2) {
    const notAfter = Date.now() + lifeMs;
    const brief = await createCertificate({ notAfter: new Date(notAfter) });
    try {
      await world.trust(brief.certificate);
      equal(await auth(world, brief), "trusted");
      return brief;
    } catch (error) {
      // It may have expired too soon.
      if (Date.now() < Math.trunc(notAfter / 1000) * 1000) throw error;
    }
  }
}

function tls12(world: LxdWorld): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(only(world).endpoint, {
      agent: false,
      rejectUnauthorized: false,
      maxVersion: "TLSv1.2",
    }, (response) => response.resume().on("end", resolve));
    request.on("error", reject);
    request.end();
  });
}
