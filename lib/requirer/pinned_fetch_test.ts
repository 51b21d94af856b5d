import assert from "node:assert/strict";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import {
  type AddressInfo,
  connect as connectTcp,
  createServer as createTcpServer,
  type Server,
} from "node:net";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import {
  createCertificate,
  fingerprintOf,
  type TestCertificate,
} from "../../tests/certificates.ts";
import { craft, createKey } from "../../tests/crafted.ts";
import { createOpensslCertificate } from "../../tests/lxd/openssl.ts";
import { createMismatchedKey, startOpensslServer } from "../../tests/lxd/openssl_server.ts";
import { createPinnedFetch, PinError, type PinnedFetch } from "./pinned_fetch.ts";

const HOUR_MS = 3_600_000;
const NOW = Date.now();

const authority = await createCertificate({ commonName: "authority", ca: true });
const [client, other, plain, signed, expired, future] = await Promise.all([
  createCertificate({ commonName: "client", key: "p384" }),
  createCertificate(),
  createCertificate(),
  createCertificate({ issuer: authority, ipAddresses: ["127.0.0.1"] }),
  createCertificate({ notBefore: new Date(NOW - 2 * HOUR_MS), notAfter: new Date(NOW - HOUR_MS) }),
  createCertificate({ notBefore: new Date(NOW + HOUR_MS) }),
]);

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** What a server has seen, and where it listens. */
interface Seen {
  readonly url: string;
  connections: number;
  /** Application data, after the handshake. */
  bytes: number;
  /** Fingerprints of the clients' certificates. */
  readonly clients: (string | undefined)[];
}

const tls = ({ certificate, key }: TestCertificate) => ({
  cert: certificate,
  key,
  requestCert: true,
  rejectUnauthorized: false,
  minVersion: "TLSv1.3" as const,
});

async function listening(server: Server, use: (seen: Seen) => Promise<void>): Promise<void> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const { port } = server.address() as AddressInfo;
  const seen: Seen = { url: `https://127.0.0.1:${port}`, connections: 0, bytes: 0, clients: [] };
  server.on("secureConnection", (socket: TLSSocket) => {
    seen.connections += 1;
    seen.clients.push(socket.getPeerCertificate()?.fingerprint256);
    socket.on("error", () => {});
  });
  server.on("tlsClientError", () => {});
  try {
    await use(seen);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}

/** Runs a function beside an HTTPS server, with a `fetch` that has pinned a certificate. */
async function beside(
  { server, pin, answer }: {
    readonly server: TestCertificate;
    readonly pin: TestCertificate;
    readonly answer: Answer;
  },
  use: (pinned: PinnedFetch, seen: Seen) => Promise<void>,
): Promise<void> {
  await listening(createHttpsServer(tls(server), answer), async (seen) => {
    using pinned = pinning(pin);
    await use(pinned, seen);
  });
}

function pinning({ certificate, fingerprint }: TestCertificate): PinnedFetch {
  return createPinnedFetch({
    certificate: client.certificate,
    key: client.traditionalKey,
    server: { pem: certificate, fingerprint },
  });
}

const hello: Answer = (_request, response) => response.end("hello");

Deno.test.each([
  { what: "no name", server: plain },
  { what: "another name", server: await createCertificate({ dnsNames: ["node1"] }) },
  { what: "another address", server: await createCertificate({ ipAddresses: ["10.9.9.9"] }) },
  { what: "its address", server: await createCertificate({ ipAddresses: ["127.0.0.1"] }) },
  { what: "the right to sign", server: authority },
  { what: "an RSA key", server: await createCertificate({ key: "rsa2048" }) },
])("fetch() enters the pinned server with $what in its certificate", async ({ server }) => {
  await beside({ server: server, pin: server, answer: hello }, async ({ fetch }, seen) => {
    const response = await fetch(seen.url);
    assert.deepEqual([response.status, await response.text()], [200, "hello"]);
    assert.deepEqual(seen.clients.map((text) => text?.replaceAll(":", "").toLowerCase()), [
      client.fingerprint,
    ]);
  });
});

const beyond = await createCertificate({ commonName: "beyond", ca: true });

Deno.test.each([
  { what: "presented", presents: [signed, authority], pin: [signed] },
  { what: "pinned along with it", presents: [signed], pin: [signed, authority] },
  { what: "pinned before it", presents: [signed], pin: [authority, signed] },
  { what: "beside another one", presents: [signed, beyond, authority], pin: [signed, beyond] },
])("fetch() enters the pinned server whose authority is $what", async ({ presents, pin }) => {
  const join = (chain: readonly TestCertificate[]) =>
    chain.map(({ certificate }) => certificate).join("");
  const server = { ...signed, certificate: join(presents) };
  await beside(
    { server: server, pin: { ...signed, certificate: join(pin) }, answer: hello },
    async ({ fetch }, seen) => {
      assert.equal(await (await fetch(seen.url)).text(), "hello");
    },
  );
});

const P256 = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
const [sha1, forClients] = await Promise.all(
  ["-sha1", "-addext extendedKeyUsage=clientAuth"].map((more) =>
    createOpensslCertificate({
      key: P256,
      request: ["-addext", "basicConstraints=critical,CA:FALSE", ...more.split(" ")],
    })
  ),
);

Deno.test("fetch() enters the pinned server with a certificate that SHA-1 signs", async () => {
  assert.ok(sha1);
  await using server = await startOpensslServer(sha1);
  const { certificate: pem, fingerprint } = sha1;
  using pinned = pinning({ ...plain, certificate: pem, fingerprint });
  assert.equal((await pinned.fetch(server.url)).status, 200);
});

Deno.test.each([
  { what: "signed by itself", pins: plain.certificate },
  { what: "signed with SHA-1", pins: sha1?.certificate ?? "" },
  { what: "issued", pins: signed.certificate + authority.certificate },
  { what: "expired", pins: expired.certificate },
  { what: "for clients only", pins: forClients?.certificate ?? "" },
])("fetch() refuses a server without the pinned certificate's key, $what", async ({ pins }) => {
  await using server = await startOpensslServer({
    certificate: pins,
    key: await createMismatchedKey(pins),
  });
  using pinned = pinning({ ...plain, certificate: pins, fingerprint: fingerprintOf(pins) });
  await assert.rejects(pinned.fetch(server.url), PinError);
  assert.equal(await pinned.presented(server.url), undefined);
});

Deno.test("fetch() refuses a certificate of X.509 version 1, which proves nothing", async () => {
  const { key, signer } = createKey();
  const certificate = craft({ key, signer });
  const own = signer.export({ type: "pkcs8", format: "pem" }).toString();
  await using server = await startOpensslServer({ certificate, key: own });
  using pinned = pinning({ ...plain, certificate, fingerprint: fingerprintOf(certificate) });
  await assert.rejects(pinned.fetch(server.url), (error) => {
    assert.ok(error instanceof PinError);
    assert.match(
      error.reason ?? "",
      /X.509 version 1, with which nobody can prove to hold its key/,
    );
    return true;
  });
});

Deno.test.each([
  {
    what: "issued by one that nobody shows",
    server: signed,
    reason: /issued by "CN=authority", whose own certificate LXD does not present/,
  },
  { what: "expired", server: expired, reason: /expired on/ },
  { what: "not valid yet", server: future, reason: /not valid before/ },
  {
    what: "for clients only",
    server: { ...plain, ...forClients },
    reason: /lacks serverAuth/,
  },
])("fetch() says that the pinned certificate is $what", async ({ server, reason }) => {
  await beside({ server: server, pin: server, answer: hello }, async ({ fetch }, seen) => {
    await assert.rejects(fetch(seen.url), (error) => {
      assert.ok(error instanceof PinError);
      assert.match(error.reason ?? "", reason);
      assert.equal(error.presented, server.fingerprint);
      return true;
    });
  });
});

Deno.test("fetch() reports the certificate of another server", async () => {
  await beside({ server: other, pin: plain, answer: hello }, async ({ fetch }, seen) => {
    await assert.rejects(fetch(seen.url), (error) => {
      assert.ok(error instanceof PinError);
      assert.deepEqual([error.presented, error.reason], [other.fingerprint, undefined]);
      return true;
    });
  });
});

Deno.test("fetch() can be given up before the server has proved anything, which it then does", async () => {
  const reason = new Error("enough");
  const server = createHttpsServer(tls(plain), hello);
  await listening(server, async (seen) => {
    const waiting: (() => void)[] = [];
    const slow = createTcpServer((socket) => {
      const { port } = new URL(seen.url);
      waiting.push(() => {
        const on = connectTcp(Number(port), "127.0.0.1");
        socket.pipe(on).pipe(socket);
        for (const one of [socket, on]) one.on("error", () => {});
      });
    });
    await listening(slow, async ({ url }) => {
      using pinned = pinning(plain);
      const controller = new AbortController();
      const sent = pinned.fetch(url, { signal: controller.signal });
      setTimeout(() => controller.abort(reason), 50);
      await assert.rejects(sent, reason);
      for (const go of waiting) go();
      await new Promise((resolve) => setTimeout(resolve, 50));
      const again = pinned.fetch(url);
      await new Promise((resolve) => setTimeout(resolve, 50));
      for (const go of waiting.slice(1)) go();
      assert.equal(await (await again).text(), "hello");
    });
  });
});

Deno.test.each([
  { what: "another certificate", server: other, pin: plain },
  { what: "one that the pinned one signed", server: signed, pin: authority },
  { what: "the authority of the pinned one", server: authority, pin: signed },
  { what: "the pinned one, signed by another", server: signed, pin: signed },
  { what: "the pinned one, expired", server: expired, pin: expired },
  { what: "the pinned one, not valid yet", server: future, pin: future },
])("fetch() sends no byte to a server with $what", async ({ server, pin }) => {
  const tlsServer = createTlsServer(tls(server));
  await listening(tlsServer, async (seen) => {
    tlsServer.on("secureConnection", (socket: TLSSocket) => {
      socket.on("data", ({ length }: Uint8Array) => {
        seen.bytes += length;
        socket.destroy();
      });
    });
    using pinned = pinning(pin);
    const sent = pinned.fetch(seen.url, { method: "POST", body: '"secret"' });
    await assert.rejects(sent, (error) => error instanceof PinError);
    assert.equal(seen.bytes, 0);
  });
});

Deno.test("fetch() sends method and body, and gives status and body", async () => {
  const echo: Answer = async (request, response) => {
    const chunks: string[] = [];
    for await (const chunk of request) chunks.push(String(chunk));
    const { method, url, headers } = request;
    response.statusCode = 409;
    response.end(JSON.stringify([method, url, headers["content-type"] ?? null, chunks.join("")]));
  };
  await beside({ server: plain, pin: plain, answer: echo }, async ({ fetch }, { url }) => {
    const post = await fetch(`${url}/1.0?recursion=1`, { method: "POST", body: '{"a":"\u00e9"}' });
    assert.equal(post.status, 409);
    assert.deepEqual(await post.json(), [
      "POST",
      "/1.0?recursion=1",
      "application/json",
      '{"a":"\u00e9"}',
    ]);
    assert.deepEqual(await (await fetch(`${url}/`)).json(), ["GET", "/", null, ""]);
  });
});

Deno.test("fetch() gives a body that comes in pieces", async () => {
  const body = "\u00e9".repeat(200_000);
  const slow: Answer = (_request, response) => {
    response.write(new TextEncoder().encode(body).subarray(0, 99_999));
    setTimeout(() => response.end(new TextEncoder().encode(body).subarray(99_999)), 5);
  };
  await beside({ server: plain, pin: plain, answer: slow }, async ({ fetch }, { url }) => {
    assert.ok(await (await fetch(url)).text() === body);
  });
});

Deno.test("fetch() keeps the connection", async () => {
  await beside({ server: plain, pin: plain, answer: hello }, async ({ fetch }, seen) => {
    for (let count = 0; count < 3; count += 1) await (await fetch(seen.url)).text();
    assert.equal(seen.connections, 1);
  });
});

Deno.test("fetch() ends with its signal, before and after the head of the answer", async () => {
  const reason = new Error("enough");
  const silent: Answer = (request, response) => {
    if (request.url === "/head") response.write("some");
  };
  await beside({ server: plain, pin: plain, answer: silent }, async ({ fetch }, { url }) => {
    for (const path of ["/", "/head"]) {
      const controller = new AbortController();
      const sent = fetch(`${url}${path}`, { signal: controller.signal });
      setTimeout(() => controller.abort(reason), 50);
      await assert.rejects(sent, reason);
    }
    await assert.rejects(fetch(url, { signal: AbortSignal.abort(reason) }), reason);
  });
});

Deno.test("fetch() ends with its signal on a connection that was kept", async () => {
  const reason = new Error("enough");
  const deaf: Answer = ({ url }, response) => void (url === "/deaf" || response.end("hello"));
  await beside({ server: plain, pin: plain, answer: deaf }, async ({ fetch }, { url }) => {
    await (await fetch(url)).text();
    const controller = new AbortController();
    const sent = fetch(`${url}/deaf`, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 50);
    // Without an end of the wait the whole test would have none.
    const { promise: tooLate, resolve } = Promise.withResolvers();
    const timer = setTimeout(resolve, 5_000);
    await assert.rejects(Promise.race([sent, tooLate]), reason);
    clearTimeout(timer);
  });
});

Deno.test("fetch() takes no answer that has no end", async () => {
  const endless: Answer = (_request, response) => {
    const chunk = new Uint8Array(2 ** 20);
    const write = (): void => void (response.destroyed || response.write(chunk, write));
    write();
  };
  await beside({ server: plain, pin: plain, answer: endless }, async ({ fetch }, { url }) => {
    const sent = fetch(url, { signal: AbortSignal.timeout(20_000) });
    await assert.rejects(sent, { name: "RangeError", message: "an answer without end" });
  });
});

Deno.test.each([
  { what: "we give it up", isCut: false },
  { what: "the server cuts it", isCut: true },
])("fetch() sends a request once on a connection that was kept, and $what", async ({ isCut }) => {
  const controller = new AbortController();
  const received: (string | undefined)[] = [];
  const answer: Answer = ({ method }, response) => {
    received.push(method);
    if (method === "GET") return void response.end("hello");
    if (isCut) response.socket?.destroy();
    else controller.abort(new Error("enough"));
  };
  await beside({ server: plain, pin: plain, answer: answer }, async ({ fetch }, { url }) => {
    await (await fetch(url)).text();
    await assert.rejects(fetch(url, { method: "POST", body: "{}", signal: controller.signal }));
    // Whatever might be sent once more comes before this.
    await new Promise((resolve) => setTimeout(resolve, 50));
    await (await fetch(url)).text();
    assert.deepEqual(received, ["GET", "POST", "GET"]);
  });
});

Deno.test("fetch() rejects an answer that is cut inside the body", async () => {
  const cut: Answer = (_request, response) => {
    response.setHeader("content-length", 100);
    response.write("some");
    setTimeout(() => response.socket?.destroy(), 20);
  };
  await beside({ server: plain, pin: plain, answer: cut }, async ({ fetch }, { url }) => {
    await assert.rejects(fetch(url), (error) => !(error instanceof PinError));
  });
});

Deno.test("fetch() rejects a server without TLS, and a closed port", async () => {
  let closed = "";
  const tcp = createTcpServer((socket) => {
    socket.on("error", () => {});
    socket.resume().end("HTTP/1.1 400 Bad Wants\r\n\r\n");
  });
  await listening(tcp, async ({ url }) => {
    closed = url;
    using pinned = pinning(plain);
    await assert.rejects(pinned.fetch(url), (error) => !(error instanceof PinError));
    assert.equal(await pinned.presented(url), undefined);
  });
  using pinned = pinning(plain);
  await assert.rejects(pinned.fetch(closed), { code: "ECONNREFUSED" });
  assert.equal(await pinned.presented(closed), undefined);
});

Deno.test("presented() reads any server's certificate, and shows none of ours", async () => {
  for (const server of [other, expired, signed]) {
    await beside({ server: server, pin: plain, answer: hello }, async ({ presented }, seen) => {
      assert.equal(await presented(seen.url), server.fingerprint);
      assert.ok(seen.clients.every((fingerprint) => fingerprint === undefined));
    });
  }
});

Deno.test("presented() ends with the signal of every request", async () => {
  const controller = new AbortController();
  const { certificate: pem, fingerprint } = plain;
  using pinned = createPinnedFetch({
    certificate: client.certificate,
    key: client.key,
    server: { pem, fingerprint },
    signal: controller.signal,
  });
  const silent = createTcpServer((socket) => {
    socket.on("error", () => {});
    socket.resume();
    controller.abort();
  });
  await listening(silent, async ({ url }) => {
    const { promise: tooLate, resolve } = Promise.withResolvers();
    const timer = setTimeout(resolve, 3_000, "too late");
    for (const _ of ["while it waits", "before"]) {
      assert.equal(await Promise.race([pinned.presented(url), tooLate]), undefined);
    }
    clearTimeout(timer);
  });
});

Deno.test.each([
  { variables: { NODE_TLS_REJECT_UNAUTHORIZED: "0" } },
  {
    variables: {
      NODE_USE_ENV_PROXY: "1",
      HTTPS_PROXY: "http://127.0.0.1:9",
      https_proxy: "http://127.0.0.1:9",
      ALL_PROXY: "http://127.0.0.1:9",
    },
  },
])("fetch() ignores the environment: $variables", async ({ variables }) => {
  // The pins are given as data, and the program prints what became of a request with each of them.
  const program = `
    import { createPinnedFetch } from ${JSON.stringify(import.meta.resolve("./pinned_fetch.ts"))};
    const { url, pins, certificate, key } = JSON.parse(Deno.args[0]);
    for (const server of pins) {
      using pinned = createPinnedFetch({ certificate, key, server });
      console.log(await pinned.fetch(url).then((response) => response.text(), ({ name }) => name));
    }`;
  await beside({ server: plain, pin: plain, answer: hello }, async (_pinned, { url }) => {
    const pins = [plain, other].map(({ certificate: pem, fingerprint }) => ({ pem, fingerprint }));
    const { certificate, key } = client;
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", program, JSON.stringify({ url, pins, certificate, key })],
      env: variables,
      stderr: "piped",
    }).output();
    const [output, errors] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    assert.equal(output, "hello\nPinError\n", errors);
  });
});

Deno.test("fetch() gives an answer without a body", async () => {
  const empty: Answer = (_request, response) => {
    response.statusCode = 204;
    response.end();
  };
  await beside({ server: plain, pin: plain, answer: empty }, async ({ fetch }, { url }) => {
    assert.equal((await fetch(url)).status, 204);
  });
});
