import assert from "node:assert/strict";
import { createCertificate } from "../certificates.ts";
import { startImpostor, startSilentServer } from "../lxd/impostor.ts";
import { createMismatchedKey, startOpensslServer } from "../lxd/openssl_server.ts";
import { startLxd } from "../lxd/real.ts";
import { startBlindRelay, startReadingRelay } from "../lxd/relay.ts";
import { makeTemporaryFolder } from "../temporary.ts";
import { run } from "../artifact/process.ts";
import { type Given, headings, preparePrograms, readSources } from "./pin_programs.ts";

const DOCUMENT = "docs/how-to-pin-lxd.md";
/** How the programs, or their libraries, say that the certificate is not the pinned one. */
const OTHER_CERTIFICATE = /another certificate|not match pinned public key|Fingerprints did not/;

const client = await createCertificate({ commonName: "my-charm" });
const programs = await preparePrograms();

/**
 * Makes variables and files that lead clients astray: to a proxy, and to trust a certificate.
 *
 * @param proxy Address of the proxy.
 * @param trusted The certificate, PEM.
 */
async function misleading(proxy: string, trusted: string): Promise<Record<string, string>> {
  const folder = await makeTemporaryFolder({ prefix: "misleading-" });
  await Deno.writeTextFile(`${folder}/trusted.pem`, trusted);
  await Deno.writeTextFile(`${folder}/.curlrc`, `proxy = "${proxy}"\n`);
  const bundles = [
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_FILE",
  ].map((name) => [name, `${folder}/trusted.pem`]);
  const proxies = ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY"]
    .flatMap((name) => [name, name.toLowerCase()]).map((name) => [name, proxy]);
  return {
    ...Object.fromEntries([...bundles, ...proxies]),
    HOME: folder,
    NODE_TLS_REJECT_UNAUTHORIZED: "0",
    NODE_USE_ENV_PROXY: "1",
    PYTHONHTTPSVERIFY: "0",
  };
}

function given(endpoint: string, serverCertificate: string): Given {
  return { endpoint, serverCertificate, certificate: client.certificate, key: client.key };
}

Deno.test(`${DOCUMENT} holds only programs that are tested`, async () => {
  assert.deepEqual(new Set((await readSources()).keys()), headings());
});

Deno.test(`${DOCUMENT}: each program enters LXD`, async (t) => {
  await using lxd = await startLxd();
  const authority = await createCertificate({ commonName: "authority", ca: true });
  const identity = await createCertificate({ issuer: authority });
  const chain = identity.certificate + authority.certificate;
  await using issued = await startLxd({ identity: { ...identity, certificate: chain } });
  await using proxy = await startSilentServer();
  await using relay = await startBlindRelay([lxd.members[0]?.endpoint ?? ""]);
  for (const server of [lxd, issued]) await server.trust(client.certificate);
  const env = await misleading(`http://${new URL(proxy.endpoint).host}`, authority.certificate);
  const endpoint = lxd.members[0]?.endpoint ?? "";
  const cases = [
    { what: "LXD", given: given(endpoint, lxd.serverCertificate), env: {} },
    { what: "a misleading environment", given: given(endpoint, lxd.serverCertificate), env },
    { what: "another address", given: given(relay.endpoint, lxd.serverCertificate), env: {} },
    {
      what: "an issued certificate",
      given: given(issued.members[0]?.endpoint ?? "", identity.certificate),
      env: {},
    },
  ];
  for (const program of programs) {
    await t.step(program.name, async () => {
      const before = proxy.connections;
      for (const { what, given, env } of cases) {
        const { code, out, err } = await program.run(given, env);
        assert.deepEqual({ what, code, out }, { what, code: 0, out: "trusted\n" }, err);
      }
      assert.equal(proxy.connections, before);
    });
  }
});

Deno.test(`${DOCUMENT}: no program sends a byte to a relay that reads`, async (t) => {
  await using lxd = await startLxd();
  await lxd.trust(client.certificate);
  const endpoint = lxd.members[0]?.endpoint ?? "";
  await using relay = await startReadingRelay(endpoint);
  await using proxy = await startSilentServer();
  const env = await misleading(`http://${new URL(proxy.endpoint).host}`, relay.serverCertificate);
  const curl = ["curl", "-q", "--silent", "--noproxy", "*", "--insecure"] as const;
  const unpinned = await run([...curl, `${relay.endpoint}/1.0`]);
  assert.match(unpinned.out, /"auth":"untrusted"/, "a client that verifies nothing gets through");
  const { read } = relay;
  assert.match(read, /^GET \/1\.0 /);

  for (const program of programs) {
    await t.step(program.name, async () => {
      for (const variables of [{}, env]) {
        const before = { connections: relay.connections, read: relay.read };
        const asked = given(relay.endpoint, lxd.serverCertificate);
        const { code, out, err } = await program.run(asked, variables);
        assert.deepEqual([code === 0, out], [false, ""]);
        assert.match(err, OTHER_CERTIFICATE);
        assert.ok(relay.connections > before.connections);
        assert.equal(relay.read, before.read);
      }
    });
  }
  for (const program of programs.filter(({ opensWebsocket }) => opensWebsocket)) {
    await t.step(`${program.name}: the websocket alone`, async () => {
      await using relayed = await startBlindRelay([endpoint, relay.endpoint]);
      const before = relay.read;
      const asked = given(relayed.endpoint, lxd.serverCertificate);
      const { code, out, err } = await program.run(asked, {});
      assert.deepEqual([code === 0, out], [false, "trusted\n"]);
      assert.match(err, OTHER_CERTIFICATE);
      assert.equal(relayed.connections, 2);
      assert.equal(relay.read, before);
    });
  }
  // What came after the end of a program is there by now.
  assert.equal(relay.read, read);
});

Deno.test(`${DOCUMENT}: no program sends a byte to an impostor at the address of LXD`, async (t) => {
  await using lxd = await startLxd();
  const [member] = lxd.members;
  assert.ok(member);
  const { serverCertificate } = lxd;
  await member.kill();
  await using impostor = await startImpostor({ address: member.address });
  for (const program of programs) {
    await t.step(program.name, async () => {
      const before = impostor.connections;
      const { code, err } = await program.run(given(member.endpoint, serverCertificate), {});
      assert.notEqual(code, 0);
      assert.match(err, OTHER_CERTIFICATE);
      assert.ok(impostor.connections > before);
    });
  }
  assert.equal(impostor.received.length, 0);
});

Deno.test(`${DOCUMENT}: no program enters a server that lacks the key of the pinned certificate`, async (t) => {
  const { certificate } = await createCertificate();
  const key = await createMismatchedKey(certificate);
  await using server = await startOpensslServer({ certificate, key });
  for (const program of programs) {
    await t.step(program.name, async () => {
      const { code, err } = await program.run(given(server.url, certificate), {});
      assert.notEqual(code, 0);
      assert.match(err, /signature/i);
    });
  }
});
