/**
 * Behavior of LXD 5.0.2 with certificates: cases for a real LXD and for the stand-in.
 *
 * @module
 */
import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { createCertificate, fingerprintOf, type TestCertificate } from "../certificates.ts";
import { makeToken, readToken, renderToken } from "./trust_token.ts";
import {
  auth,
  type Case,
  CERTIFICATES,
  client,
  clients,
  DAY_MS,
  entry,
  post,
  refused,
  succeeded,
} from "./contract_tools.ts";

/** Cases for a standalone server. Its trust store may hold anything, as cases share the server. */
export const CERTIFICATE_CASES: readonly Case[] = [
  ["POST adds a certificate at once", async (world) => {
    const { trusted } = await clients(world);
    const added = await createCertificate();
    const reply = await trusted("POST", CERTIFICATES, post(added.der, { name: "a/b:c@d" }));
    equal(reply.status, 201);
    equal(reply.headers["location"], `${CERTIFICATES}/${added.fingerprint}`);
    deepEqual(reply.body, {
      ...{ type: "sync", status: "Success", operation: "", error: "", metadata: null },
      "status_code": 200,
      "error_code": 0,
    });
    equal(await auth(world, added), "trusted");
    deepEqual(await entry(trusted, added), {
      name: "a/b:c@d",
      type: "client",
      restricted: false,
      projects: [],
      certificate: added.certificate,
      fingerprint: added.fingerprint,
    });
    const urls = await trusted("GET", CERTIFICATES);
    ok(urls.body?.metadata.includes(`${CERTIFICATES}/${added.fingerprint}`));
  }],
  ["a token adds the certificate of the connection, once", async (world) => {
    const token = await makeToken(world, { name: "by token" });
    const { secret, ...content } = readToken(token);
    equal(content.client_name, "by token");
    deepEqual(content.addresses, world.members.map(({ address }) => `${address}:8443`));
    equal(content.fingerprint, fingerprintOf(world.serverCertificate));
    const [first, second] = [await createCertificate(), await createCertificate()];
    const add = (one: TestCertificate, password: string) =>
      client(world, one)("POST", CERTIFICATES, { type: "client", password });
    refused(await add(first, "junk"), 403, "not authorized");
    const wrong = renderToken({ ...content, secret: secret.replace(/./g, "0") });
    refused(await add(first, wrong), 403, "No matching certificate add operation found");
    equal((await add(first, token)).status, 201);
    equal(await auth(world, first), "trusted");
    const { trusted } = await clients(world);
    const { name, type, restricted } = await entry(trusted, first);
    deepEqual([name, type, restricted], ["by token", "client", false]);
    refused(await add(first, token), 400, "Client is already trusted");
    refused(await add(second, token), 403, "No matching certificate add operation found");
    equal(await auth(world, second), "untrusted");
  }],
  ["POST refuses a duplicate with 409 and changes nothing", async (world) => {
    const { trusted } = await clients(world);
    const { der, certificate, fingerprint } = await createCertificate();
    await world.trust(certificate, { name: "first" });
    const again = await trusted("POST", CERTIFICATES, post(der, { name: "second" }));
    refused(again, 409, "Certificate already in trust store");
    equal((await entry(trusted, { fingerprint })).name, "first");
  }],
  ["POST accepts one of four at the same time", async (world) => {
    const { trusted } = await clients(world);
    const { der } = await createCertificate();
    const replies = await Promise.all(
      [1, 2, 3, 4].map(() => trusted("POST", CERTIFICATES, post(der))),
    );
    const statuses = replies.map(({ status }) => status).sort();
    deepEqual(statuses, [201, 409, 409, 409]);
  }],
  ["POST names a nameless certificate after itself", async (world) => {
    const { trusted } = await clients(world);
    const added = await createCertificate({ commonName: "from the subject" });
    succeeded(await trusted("POST", CERTIFICATES, post(added.der)));
    equal((await entry(trusted, added)).name, "from the subject");
  }],
  ["POST accepts any name, twice", async (world) => {
    const { trusted } = await clients(world);
    for (const name of ["-leading", "with/slash", "x".repeat(300), "twice", "twice"]) {
      const added = await createCertificate();
      succeeded(await trusted("POST", CERTIFICATES, post(added.der, { name })));
      equal((await entry(trusted, added)).name, name);
    }
  }],
  ["POST refuses bad material with 400", async (world) => {
    const { trusted } = await clients(world);
    const good = await createCertificate();
    const past = new Date(Date.now() - DAY_MS);
    const future = new Date(Date.now() + DAY_MS);
    const expired = await createCertificate({
      notBefore: new Date(Date.now() - 2 * DAY_MS),
      notAfter: past,
    });
    const early = await createCertificate({ notBefore: future });
    const weak = await createCertificate({ key: "rsa1024" });
    const twice = btoa(atob(good.der).repeat(2));
    for (
      const [material, error] of [
        [good.certificate, "illegal base64 data at input byte 0"],
        [btoa("no certificate"), "Invalid certificate material: x509: malformed certificate"],
        [twice, "Invalid certificate material: x509: trailing data"],
        [expired.der, "The provided certificate is expired"],
        [early.der, "The provided certificate isn't valid yet"],
        [weak.der, "RSA key is too weak (minimum of 2048bit)"],
        ["", "Client is already trusted"],
      ] as const
    ) refused(await trusted("POST", CERTIFICATES, post(material)), 400, error);
    const strange = { ...post(good.der), type: "strange" };
    refused(await trusted("POST", CERTIFICATES, strange), 400, "Invalid certificate type");
    refused(await trusted("POST", CERTIFICATES, "no object"), 400);
    equal(await auth(world, good), "untrusted");
  }],
  ["POST accepts every usual key", async (world) => {
    const { trusted } = await clients(world);
    for (const key of ["p256", "p384", "rsa2048"] as const) {
      const added = await createCertificate({ key });
      succeeded(await trusted("POST", CERTIFICATES, post(added.der)));
      equal(await auth(world, { ...added, key: added.traditionalKey }), "trusted");
    }
  }],
  ["POST refuses an unknown project with 404", async (world) => {
    const { trusted } = await clients(world);
    const { der } = await createCertificate();
    const body = post(der, { restricted: true, projects: ["default", "no-such"] });
    refused(await trusted("POST", CERTIFICATES, body), 404, "Project not found");
  }],
  ["POST with projects and without restriction gives full access", async (world) => {
    const { trusted } = await clients(world);
    const added = await createCertificate();
    succeeded(await trusted("POST", CERTIFICATES, post(added.der, { projects: ["default"] })));
    const reply = await client(world, added)("GET", "/1.0");
    notEqual(reply.body?.metadata.config, null);
    deepEqual((await entry(trusted, added)).projects, ["default"]);
  }],
  ["POST fails with 500 on a project named twice", async (world) => {
    const { trusted } = await clients(world);
    const { der } = await createCertificate();
    const body = post(der, { restricted: true, projects: ["default", "default"] });
    refused(await trusted("POST", CERTIFICATES, body), 500);
  }],
  ["an entry is found by prefix, in any case, and not with colons", async (world) => {
    const { trusted } = await clients(world);
    const { certificate, fingerprint } = await createCertificate();
    await world.trust(certificate);
    const pairs = fingerprint.match(/../g) ?? [];
    for (const id of [fingerprint, fingerprint.slice(0, 12), fingerprint.toUpperCase()]) {
      const reply = await trusted("GET", `${CERTIFICATES}/${id}`);
      equal(reply.body?.metadata.fingerprint, fingerprint);
      match(reply.headers["etag"] ?? "", /^"[0-9a-f]{64}"$/);
    }
    for (const id of [pairs.join(":"), "0".repeat(64), "zzz"]) {
      refused(await trusted("GET", `${CERTIFICATES}/${id}`), 404, "Certificate not found");
    }
  }],
  ["an ambiguous prefix gives 500", async (world) => {
    const { trusted } = await clients(world);
    for (let count = 0; count < 17; count++) {
      await world.trust((await createCertificate()).certificate);
    }
    // Of more than sixteen fingerprints, two begin with the same digit.
    const firsts = (await world.trustStore()).map(({ fingerprint }) => fingerprint[0]);
    const prefix = firsts.find((first, index) => firsts.indexOf(first) !== index);
    const error = "More than one certificate matches";
    refused(await trusted("GET", `${CERTIFICATES}/${prefix}`), 500, error);
    refused(await trusted("DELETE", `${CERTIFICATES}/${prefix}`), 500, error);
  }],
  ["PATCH merges name, restriction and projects", async (world) => {
    const { trusted } = await clients(world);
    const added = await createCertificate();
    await world.trust(added.certificate, { name: "before" });
    const url = `${CERTIFICATES}/${added.fingerprint}`;
    const renamed = await trusted("PATCH", url, { name: "after" });
    equal(renamed.status, 200);
    deepEqual(renamed.body?.metadata, {});
    succeeded(await trusted("PATCH", url, { restricted: true, projects: ["default"] }));
    const { name, restricted, projects } = await entry(trusted, added);
    deepEqual({ name, restricted, projects }, {
      name: "after",
      restricted: true,
      projects: ["default"],
    });
    equal((await client(world, added)("GET", "/1.0")).body?.metadata.config, null);
    succeeded(await trusted("PATCH", url, { restricted: false }));
    deepEqual((await entry(trusted, added)).projects, ["default"]);
    notEqual((await client(world, added)("GET", "/1.0")).body?.metadata.config, null);
  }],
  ["PATCH refuses another type, an unknown project, a missing entry", async (world) => {
    const { trusted } = await clients(world);
    const { certificate, fingerprint } = await createCertificate();
    await world.trust(certificate);
    const url = `${CERTIFICATES}/${fingerprint}`;
    refused(
      await trusted("PATCH", url, { type: "metrics" }),
      403,
      "The certificate type cannot be changed",
    );
    const unknown = { restricted: true, projects: ["no-such"] };
    refused(await trusted("PATCH", url, unknown), 404, "Project not found");
    const missing = `${CERTIFICATES}/${"0".repeat(64)}`;
    refused(await trusted("PATCH", missing, {}), 404, "Certificate not found");
  }],
  ["PATCH checks If-Match", async (world) => {
    const { trusted, trustedCertificate } = await clients(world);
    const { certificate, fingerprint } = await createCertificate();
    await world.trust(certificate);
    const url = `${CERTIFICATES}/${fingerprint}`;
    const etag = (await trusted("GET", url)).headers["etag"] ?? "";
    const careful = client(world, trustedCertificate, { headers: { "if-match": etag } });
    succeeded(await careful("PATCH", url, { name: "one" }));
    const stale = await careful("PATCH", url, { name: "two" });
    refused(stale, 412);
    match(stale.body?.error ?? "", /^ETag doesn't match: /);
    equal((await trusted("GET", url)).body?.metadata.name, "one");
  }],
  ["PATCH replaces the certificate itself", async (world) => {
    const { trusted } = await clients(world);
    const [before, after] = [await createCertificate(), await createCertificate()];
    await world.trust(before.certificate, { name: "kept" });
    const url = `${CERTIFICATES}/${before.fingerprint}`;
    succeeded(await trusted("PATCH", url, { certificate: after.certificate }));
    refused(await trusted("GET", url), 404);
    equal((await entry(trusted, after)).name, "kept");
    equal(await auth(world, before), "untrusted");
    equal(await auth(world, after), "trusted");
  }],
  ["PUT replaces everything and needs the type", async (world) => {
    const { trusted } = await clients(world);
    const added = await createCertificate();
    await world.trust(added.certificate, { restricted: true, projects: ["default"] });
    const url = `${CERTIFICATES}/${added.fingerprint}`;
    refused(await trusted("PUT", url, { name: "x" }), 403);
    succeeded(await trusted("PUT", url, { name: "put", type: "client" }));
    const { name, restricted, projects } = await entry(trusted, added);
    deepEqual({ name, restricted, projects }, { name: "put", restricted: false, projects: [] });
  }],
  ["DELETE removes at once, and again gives 404", async (world) => {
    const { trusted } = await clients(world);
    const added = await createCertificate();
    await world.trust(added.certificate);
    const url = `${CERTIFICATES}/${added.fingerprint}`;
    const reply = await trusted("DELETE", url);
    equal(reply.status, 200);
    deepEqual(reply.body?.metadata, {});
    equal(await auth(world, added), "untrusted");
    refused(await trusted("DELETE", url), 404, "Certificate not found");
  }],
  ["an administrator may delete itself", async (world) => {
    const { trusted, trustedCertificate } = await clients(world);
    succeeded(await trusted("DELETE", `${CERTIFICATES}/${trustedCertificate.fingerprint}`));
    equal(await auth(world, trustedCertificate), "untrusted");
  }],
  ["a deleted project leaves its certificates restricted to nothing", async (world) => {
    const { trusted } = await clients(world);
    const name = `project-${crypto.randomUUID()}`;
    await world.createProject(name);
    const added = await createCertificate();
    await world.trust(added.certificate, { restricted: true, projects: [name] });
    await world.deleteProject(name);
    const { restricted, projects } = await entry(trusted, added);
    deepEqual({ restricted, projects }, { restricted: true, projects: [] });
    refused(await trusted("GET", `/1.0/projects/${name}`), 404, "Project not found");
  }],
];
