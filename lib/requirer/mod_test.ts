import assert from "node:assert/strict";
import { craft } from "../../tests/crafted.ts";
import { createCertificate } from "../../tests/certificates.ts";
import { parseWants, renderPublication } from "../relation/lxd.ts";
import { type Certificate, type Fingerprint, firstCertificate } from "./certificate.ts";
import { type Answer, type Databag, readAnswer, renderOffer, rotate, standingOf } from "./mod.ts";

const [old, fresh, server] = await Promise.all([1, 2, 3].map(() => createCertificate()));
assert.ok(old && fresh && server);

/** What our provider writes when it trusts some certificates. */
function publication(trusted: readonly { fingerprint: string; certificate: string }[]): Databag {
  assert.ok(server);
  return renderPublication({
    nodes: [
      { endpoint: "https://10.0.0.1:8443", name: "one" },
      { endpoint: "https://[fd42::1]:8443", name: "two" },
    ],
    registered: new Map(
      trusted.map(({ fingerprint, certificate }) => [fingerprint as Fingerprint, certificate]),
    ),
    pending: new Set(),
    isClustered: true,
    addresses: [],
    server: firstCertificate(server.certificate) as Certificate,
    rejected: [],
    certificates: [],
  });
}

function answerOf(changes: Partial<Answer> = {}): Answer {
  return { version: "1.0", nodes: [], server: undefined, rejected: [], ...changes };
}

Deno.test("renderOffer() writes what the provider reads", () => {
  const offer = { certificates: [fresh.certificate, old.certificate], projects: ["web"] };
  const unit = { name: "my-charm/0", databag: renderOffer(offer) };
  const { wants, rejected } = parseWants("1", { name: "my-charm", databag: {} }, [unit]);
  assert.deepEqual(wants.map(({ certificate, projects }) => [certificate.fingerprint, projects]), [
    [fresh.fingerprint, ["web"]],
    [old.fingerprint, ["web"]],
  ]);
  assert.deepEqual(rejected, []);
});

Deno.test.each([
  { what: "a private key", text: old.key },
  { what: "a private key beside the certificate", text: old.certificate + old.key },
  { what: "two certificates", text: old.certificate + fresh.certificate },
  { what: "a damaged certificate", text: old.certificate.replace("MII", "MIJ") },
  { what: "nothing", text: "" },
])("renderOffer() refuses $what, and does not repeat it", ({ text }) => {
  assert.throws(() => renderOffer({ certificates: [fresh.certificate, text] }), {
    name: "RangeError",
    message: "Cannot use a certificate: it must be exactly one PEM certificate",
  });
});

Deno.test.each([[], ["a/b"], [""]].map((projects) => ({ projects })))(
  "renderOffer() refuses the projects $projects",
  ({ projects }) => {
    assert.throws(() => renderOffer({ certificates: [], projects }), RangeError);
  },
);

Deno.test("readAnswer() reads what the provider writes", () => {
  const databag = publication([old]);
  const expected: Answer = {
    version: "1.0",
    nodes: [
      { endpoint: "https://10.0.0.1:8443", name: "one", trusted: [old.fingerprint] },
      { endpoint: "https://[fd42::1]:8443", name: "two", trusted: [old.fingerprint] },
    ],
    server: firstCertificate(server.certificate),
    rejected: [],
  };
  assert.deepEqual(readAnswer(databag, []), expected);
  assert.deepEqual(readAnswer({}, [{ "private-address": "10.0.0.2" }, databag]), expected);
});

Deno.test("readAnswer() prefers the application's databag, which the leader writes", () => {
  const answer = readAnswer(publication([fresh]), [publication([old])]);
  assert.equal(standingOf(fresh.certificate, answer).kind, "trusted");
  assert.equal(standingOf(old.certificate, answer).kind, "waiting");
});

Deno.test("readAnswer() joins the units' data, for one may be late", () => {
  const rejected = [{ unit: "my-charm/0", fingerprint: fresh.fingerprint, reason: "r" }];
  const late: Databag = {
    ...publication([old]),
    rejected_certificates: JSON.stringify(rejected),
  };
  const answer = readAnswer({ "private-address": "10.0.0.1" }, [late, {}, publication([fresh])]);
  assert.deepEqual(answer.nodes.map(({ name, trusted }) => [name, trusted]), [
    ["one", [old.fingerprint, fresh.fingerprint]],
    ["two", [old.fingerprint, fresh.fingerprint]],
  ]);
  assert.deepEqual(answer.rejected, []);
  const twice = [late, { ...late, nodes: publication([])["nodes"] ?? "" }];
  assert.deepEqual(readAnswer({}, twice).rejected, rejected);
  const server = late["server_certificate"] ?? "";
  assert.equal(readAnswer({}, [{ nodes: "[]" }, late]).server?.pem, server);
});

Deno.test.each([
  { what: "a list", value: [old.fingerprint], expected: [old.fingerprint] },
  { what: "the text of a list", value: `["${old.fingerprint}"]`, expected: [old.fingerprint] },
  { what: "an empty list", value: [], expected: [] },
  { what: "the text of an empty list", value: "[]", expected: [] },
  { what: "nothing", value: undefined, expected: [] },
  { what: "garbage", value: "x", expected: [] },
])("readAnswer() reads the original charm's fingerprints: $what", ({ value, expected }) => {
  const node = { endpoint: "https://10.0.0.1:8443", name: "one", trusted_certs_fp: value };
  const answer = readAnswer({}, [{ version: '"1.0"', nodes: JSON.stringify([node]) }]);
  assert.deepEqual(answer, {
    version: "1.0",
    nodes: [{ endpoint: node.endpoint, name: node.name, trusted: expected }],
    server: undefined,
    rejected: [],
    certificates: [],
  });
});

Deno.test.each(["", "x", "null", "{}", '[{"name":1}]'].map((nodes) => ({ nodes })))(
  "readAnswer() takes the nodes $nodes for none",
  ({ nodes }) => {
    const answer = readAnswer({ version: "1.0", nodes, server_certificate: "x" }, []);
    assert.deepEqual(answer, answerOf());
  },
);

Deno.test("standingOf() wants a certificate to be trusted by every node", () => {
  const node = { endpoint: "https://10.0.0.1:8443", name: "one", trusted: [old.fingerprint] };
  const standing = (...nodes: Answer["nodes"]) => standingOf(old.certificate, answerOf({ nodes }));
  assert.deepEqual(standing(), { kind: "waiting" });
  assert.deepEqual(standing(node), { kind: "trusted" });
  assert.deepEqual(standing(node, { ...node, trusted: [] }), { kind: "waiting" });
  assert.deepEqual(standing({ ...node, trusted: [fresh.fingerprint] }, node), { kind: "waiting" });
});

Deno.test("standingOf() gives each reason of this certificate once", () => {
  const reject = (fingerprint: string | null, unit: string, reason: string) => {
    return { unit, fingerprint, reason };
  };
  const rejected = [
    reject(old.fingerprint, "my-charm/0", "a"),
    reject(old.fingerprint, "my-charm/1", "a"),
    reject(old.fingerprint, "my-charm/2", "b"),
    reject(fresh.fingerprint, "my-charm/0", "c"),
    reject(null, "my-charm/0", "d"),
  ];
  const standing = standingOf(old.certificate, answerOf({ rejected }));
  assert.deepEqual(standing, { kind: "rejected", reasons: ["a", "b"] });
  // Another unit's mistake about the same certificate does not keep LXD from trusting it.
  const answer = { ...readAnswer(publication([old]), []), rejected };
  assert.deepEqual(standingOf(old.certificate, answer), { kind: "trusted" });
});

Deno.test.each([
  { version: "1.0", kind: "trusted" },
  { version: "1", kind: "trusted" },
  { version: "1.7", kind: "trusted" },
  { version: "2.0", kind: "unsupported" },
  { version: "10.0", kind: "unsupported" },
])("standingOf() reads version $version: $kind", ({ version, kind }) => {
  const answer = readAnswer({ ...publication([old]), version }, []);
  assert.equal(standingOf(old.certificate, answer).kind, kind);
});

Deno.test.each([
  { what: "none is trusted yet", trusted: [], use: undefined, offer: [fresh, old] },
  { what: "the former one is", trusted: [old], use: old, offer: [fresh, old] },
  { what: "both are", trusted: [old, fresh], use: fresh, offer: [fresh] },
  { what: "the new one is", trusted: [fresh], use: fresh, offer: [fresh] },
])("rotate() never lets go of the certificate in use: $what", ({ trusted, use, offer }) => {
  const certificates = [fresh.certificate, old.certificate];
  assert.deepEqual(rotate(certificates, readAnswer(publication(trusted), [])), {
    use: use?.certificate,
    offer: offer.map(({ certificate }) => certificate),
  });
});

Deno.test("renderOffer() refuses what is over a limit, and names the limit", () => {
  const many = Array.from({ length: 101 }, () => craft());
  assert.throws(() => renderOffer({ certificates: many }), /^RangeError: .*limit is 100 certif/);
  assert.throws(
    () => renderOffer({ certificates: [craft({ padding: 16_384 })] }),
    /limit is 16 KiB/,
  );
  const projects = Array.from({ length: 65 }, (_, index) => `p${index}`);
  assert.throws(() => renderOffer({ certificates: [], projects }), /the limit is 64/);
  const large = Array.from({ length: 60 }, () => craft({ padding: 15_000 }));
  assert.throws(
    () => renderOffer({ certificates: large }),
    /client_certificates has more than 1 MiB/,
  );
  renderOffer({ certificates: many.slice(1), projects: projects.slice(1) });
});
