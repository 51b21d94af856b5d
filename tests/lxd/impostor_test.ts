import { equal, match, ok, rejects } from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { createCertificate } from "../certificates.ts";
import { LIMIT_MS, until } from "./administration.ts";
import { createClient, presentedFingerprint } from "./client.ts";
import { startImpostor, startSilentServer } from "./impostor.ts";
import { claimLoopback } from "./loopback.ts";
import { startStandIn } from "./stand_in.ts";

/** How long a test waits for a server that must send nothing. */
const SILENCE_MS = 200;

Deno.test("an impostor receives nothing from a client that pins another certificate", async () => {
  await using impostor = await startImpostor();
  const { certificate: serverCertificate } = await createCertificate();
  const { certificate, key } = await createCertificate();
  const { endpoint } = impostor;
  const client = createClient({ endpoint, serverCertificate, certificate, key });
  await rejects(client("GET", "/1.0"), /certificate/);
  equal(impostor.connections, 1);
  equal(impostor.received.length, 0);
});

Deno.test("an impostor records the data of a client that trusts it", async () => {
  await using impostor = await startImpostor();
  const { endpoint, serverCertificate } = impostor;
  const aborter = new AbortController();
  const client = createClient({ endpoint, serverCertificate, signal: aborter.signal });
  const asked = rejects(client("GET", "/1.0/secret"), { code: "ABORT_ERR" });
  await until("see the request", LIMIT_MS, () => impostor.received.length > 0);
  aborter.abort();
  await asked;
  equal(impostor.handshakes, 1);
  match(new TextDecoder().decode(impostor.received), /^GET \/1\.0\/secret HTTP\/1\.1\r\n/);
});

Deno.test("an impostor can take the address of a member that is down", async () => {
  await using standIn = await startStandIn();
  const [member] = standIn.members;
  ok(member !== undefined);
  await member.kill();
  await using impostor = await startImpostor({ address: member.address });
  equal(impostor.endpoint, member.endpoint);
  ok(await presentedFingerprint(member.endpoint));
});

Deno.test("a silent server accepts connections and sends nothing", async () => {
  await using silent = await startSilentServer();
  const { certificate: serverCertificate } = await createCertificate();
  const { endpoint } = silent;
  const aborter = new AbortController();
  const client = createClient({ endpoint, serverCertificate, signal: aborter.signal });
  const asked = rejects(client("GET", "/1.0"), { code: "ABORT_ERR" });
  await until("see the connection", LIMIT_MS, () => silent.connections > 0);
  await delay(SILENCE_MS);
  aborter.abort();
  await asked;
  equal(silent.connections, 1);
});

Deno.test("claimLoopback() gives different addresses to everyone", () => {
  using one = claimLoopback(3);
  using two = claimLoopback(3);
  const all = [1, 2, 3].flatMap((n) => [one.address(n), two.address(n)]);
  equal(new Set(all).size, 6);
  for (const address of all) match(address, /^127\.\d+\.\d+\.[123]$/);
});
