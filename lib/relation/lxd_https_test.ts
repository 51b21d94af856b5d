import assert from "node:assert/strict";
import { createCertificate } from "../../tests/certificates.ts";
import { type Certificate, type Fingerprint, firstCertificate } from "../requirer/certificate.ts";
import type { Databag } from "../requirer/databag.ts";
import type { Publication } from "../trust/want.ts";
import { maySpeakForUnits, parsePublished, parseWants, renderPublication } from "./lxd_https.ts";

const [one, two] = await Promise.all([createCertificate(), createCertificate()]);
const A = one.certificate;
const SERVER = firstCertificate(two.certificate) as Certificate;

/** What a unit asks for whose application says nothing. */
function request(databag: Databag) {
  const { wants, rejected } = parseWants("4", { name: "ams", databag: {} }, [
    { name: "ams/0", databag },
  ]);
  return {
    wants: wants.map(({ certificate, projects }) => [certificate.fingerprint, projects]),
    rejected: rejected.map(({ fingerprint, code, reason }) => [fingerprint, code, reason]),
  };
}

Deno.test.each<{ what: string; databag: Databag }>([
  { what: "is empty", databag: {} },
  { what: "has no version", databag: { certificate: A } },
  { what: "has no certificate yet", databag: { version: "1.0" } },
])("parseWants() ignores a databag that $what", ({ databag }) => {
  assert.deepEqual(request(databag), { wants: [], rejected: [] });
});

Deno.test("parseWants() takes the certificate, with the projects that are named", () => {
  assert.deepEqual(request({ version: "1.0", certificate: A }), {
    wants: [[one.fingerprint, null]],
    rejected: [],
  });
  assert.deepEqual(request({ version: "1.0", certificate: A, projects: "web, db" }), {
    wants: [[one.fingerprint, ["db", "web"]]],
    rejected: [],
  });
});

Deno.test("parseWants() takes one certificate, and says so where there are several", () => {
  const certificate = `${A}${two.certificate}`;
  assert.deepEqual(request({ version: "1.0", certificate }), {
    wants: [[one.fingerprint, null]],
    rejected: [[
      null,
      "several-certificates",
      "Several certificates were sent: only the first one is registered",
    ]],
  });
  assert.deepEqual(request({ version: "1.0", certificate: `${A}${A}` }).rejected, []);
});

Deno.test("parseWants() takes a chain's leaf, not its authority", async () => {
  const ca = await createCertificate({ commonName: "ca", ca: true });
  const leaf = await createCertificate({ commonName: "leaf", issuer: ca });
  const reason = "The certificate of an authority was sent with the one it signed: " +
    "only the client's own is registered";
  for (const chain of [[leaf, ca], [ca, leaf], [ca, ca, leaf]]) {
    const certificate = chain.map((one) => one.certificate).join("");
    assert.deepEqual(request({ version: "1.0", certificate }), {
      wants: [[leaf.fingerprint, null]],
      rejected: [[ca.fingerprint, "authority", reason]],
    });
  }
});

Deno.test.each<{ what: string; databag: Databag; rejected: readonly unknown[] }>([
  {
    what: "another version",
    databag: { version: "2.0", certificate: A },
    rejected: [null, "version-unsupported", "The version must be 1.0"],
  },
  {
    what: "garbage",
    databag: { version: "1.0", certificate: "garbage" },
    rejected: [null, "not-certificate", "The text holds no PEM certificate"],
  },
  {
    what: "projects that cannot be read",
    databag: { version: "1.0", certificate: A, projects: "my web" },
    rejected: [
      one.fingerprint,
      "projects-unreadable",
      "projects must be names of LXD projects with commas between them",
    ],
  },
])("parseWants() rejects $what", ({ databag, rejected }) => {
  assert.deepEqual(request(databag), { wants: [], rejected: [rejected] });
});

Deno.test("maySpeakForUnits() wants a certificate, and no other version", () => {
  const databags = [{ version: "1.0" }, { certificate: A }, { version: "2.0", certificate: A }];
  assert.deepEqual(databags.map(maySpeakForUnits), [false, true, false]);
  assert.ok(maySpeakForUnits({ version: "1.0", certificate: A }));
});

const B = two.certificate;
const BOTH = [["ams/0", one.fingerprint, null], ["ams/1", two.fingerprint, null]];

Deno.test.each<{ what: string; databags: readonly Databag[]; expected: unknown[] }>([
  {
    what: "the units' where the application says nothing",
    databags: [{}, { version: "1.0", certificate: A }, { version: "1.0", certificate: B }],
    expected: BOTH,
  },
  {
    what: "the units' where the application has the version only",
    databags: [{ version: "1.0" }, { version: "1.0", certificate: A }, {
      version: "1.0",
      certificate: B,
    }],
    expected: BOTH,
  },
  {
    what: "the units' with the application's version",
    databags: [{ version: "1.0" }, { certificate: A }, { certificate: B }],
    expected: BOTH,
  },
  {
    what: "the units' with their own version, where the application has another one",
    databags: [{ version: "2.0", certificate: B }, { version: "1.0", certificate: A }, {
      version: "1.0",
      certificate: B,
    }],
    expected: BOTH,
  },
  {
    what: "the units' with the application's projects, which go before their own",
    databags: [{ version: "1.0", projects: "web" }, { version: "1.0", certificate: A }, {
      version: "1.0",
      certificate: B,
      projects: "db",
    }],
    expected: [["ams/0", one.fingerprint, ["web"]], ["ams/1", two.fingerprint, ["web"]]],
  },
  {
    what: "the application's alone, where it has one",
    databags: [{ version: "1.0", certificate: A }, { version: "1.0", certificate: B }, {
      version: "1.0",
      certificate: B,
    }],
    expected: [["ams", one.fingerprint, null]],
  },
  {
    what: "the application's with the version and the projects of its units",
    databags: [{ certificate: A }, { version: "1.0", projects: "web" }, { projects: "db" }],
    expected: [["ams", one.fingerprint, ["db", "web"]]],
  },
  {
    what: "the application's with its own projects, which go before the units'",
    databags: [{ version: "1.0", certificate: A, projects: "web" }, { projects: "db" }, {}],
    expected: [["ams", one.fingerprint, ["web"]]],
  },
  {
    what: "the units' where the application has a certificate without the version",
    databags: [{ certificate: B }, { version: "1.0", certificate: A }, {
      version: "1.0",
      certificate: B,
    }],
    expected: BOTH,
  },
  {
    what: "nothing where nobody has the version",
    databags: [{ projects: "web" }, { certificate: A }, { certificate: B }],
    expected: [],
  },
])("parseWants() takes $what", ({ databags, expected }) => {
  const [application = {}, ...units] = databags;
  const { wants, rejected } = parseWants(
    "4",
    { name: "ams", databag: application },
    units.map((databag, index) => ({ name: `ams/${index}`, databag })),
  );
  assert.deepEqual(
    wants.map(({ requirer, certificate, projects }) => [
      requirer.name,
      certificate.fingerprint,
      projects,
    ]),
    expected,
  );
  assert.deepEqual(rejected, []);
});

Deno.test("parseWants() rejects the application's version if no unit has a better one", () => {
  const reject = (application: Databag, unit: Databag) =>
    parseWants("4", { name: "ams", databag: application }, [{ name: "ams/0", databag: unit }])
      .rejected.map(({ unit, reason }) => [unit, reason]);
  const reason = "The version must be 1.0";
  assert.deepEqual(reject({ version: "2.0" }, {}), [["ams", reason]]);
  assert.deepEqual(reject({ version: "2.0", certificate: A }, {}), [["ams", reason]]);
  assert.deepEqual(reject({ version: "2.0" }, { certificate: A }), [["ams/0", reason]]);
  assert.deepEqual(reject({ version: "2.0" }, { version: "1.0", certificate: A }), []);
});

const PUBLICATION: Publication = {
  nodes: [
    { name: "node1", endpoint: "https://[fd42::2]:8443" },
    { name: "node2", endpoint: "https://10.0.0.1:8443" },
  ],
  pending: new Set(),
  isClustered: true,
  addresses: ["192.0.2.9:8443"],
  registered: new Map([[one.fingerprint as Fingerprint, A]]),
  server: SERVER,
  rejected: [],
  certificates: [{
    fingerprint: one.fingerprint,
    state: "trusted",
    projects: ["db", "web"],
    expires_at: null,
  }],
};

Deno.test("renderPublication() lists every active member", () => {
  assert.deepEqual(renderPublication(PUBLICATION), {
    version: "1.0",
    certificate: SERVER.pem,
    certificate_fingerprint: SERVER.fingerprint,
    addresses: "10.0.0.1:8443,[fd42::2]:8443",
    project: "",
    projects: "db,web",
    registered_certificates: JSON.stringify([A]),
    rejected_certificates: "",
    certificates: `[{"fingerprint":"${one.fingerprint}","state":"trusted",` +
      '"projects":["db","web"],"expires_at":null}]',
  });
});

Deno.test.each([
  { what: "one", granted: [["web"], ["web"]], project: "web" },
  { what: "several of one certificate", granted: [["db", "web"]], project: "" },
  { what: "another for each certificate", granted: [["db"], ["web"]], project: "" },
  { what: "one, and all of LXD", granted: [["web"], null], project: "" },
  { what: "all of LXD", granted: [null], project: "" },
  { what: "none", granted: [[]], project: "" },
])("renderPublication() names the project if it is the only one: $what", ({ granted, project }) => {
  const certificates = granted.map((projects) => {
    return { fingerprint: "aa", state: "trusted", projects, expires_at: null } as const;
  });
  assert.equal(renderPublication({ ...PUBLICATION, certificates })["project"], project);
});

Deno.test("renderPublication() lists a standalone server's addresses, first the endpoint", () => {
  const addresses = ["192.0.2.1:8443", "10.0.0.1:8443", "[fd42::1]:8443"];
  const nodes = PUBLICATION.nodes.slice(1);
  assert.equal(
    renderPublication({ ...PUBLICATION, isClustered: false, nodes, addresses })["addresses"],
    "10.0.0.1:8443,192.0.2.1:8443,[fd42::1]:8443",
  );
});

Deno.test("renderPublication() writes only rejections without a trusted certificate", () => {
  const rejected = [{ unit: "ams/0", fingerprint: null, code: "not-certificate", reason: "r" }];
  const publication = { ...PUBLICATION, registered: new Map(), rejected, certificates: [] };
  assert.deepEqual(renderPublication(publication), {
    version: "",
    certificate: "",
    certificate_fingerprint: "",
    addresses: "",
    project: "",
    projects: "",
    registered_certificates: "",
    rejected_certificates: JSON.stringify(rejected),
    certificates: "",
  });
});

Deno.test.each<{ what: string; granted: readonly (readonly string[] | null)[]; expected: string }>([
  { what: "all of LXD", granted: [null, null], expected: "" },
  { what: "those of all certificates", granted: [["db", "web"], null, ["web"]], expected: "web" },
  { what: "those of any, without a common one", granted: [["web"], ["db"]], expected: "db,web" },
  { what: "nothing without a trusted certificate", granted: [], expected: "" },
])("renderPublication() names projects: $what", ({ granted, expected }) => {
  const { fingerprint } = one;
  const certificates = [
    { fingerprint, state: "pending", expires_at: null } as const,
    ...granted.map((projects) => {
      return { fingerprint, state: "trusted", projects, expires_at: null } as const;
    }),
  ];
  assert.equal(renderPublication({ ...PUBLICATION, certificates })["projects"], expected);
});

Deno.test("parsePublished() reads what renderPublication() wrote", () => {
  const rejected = [{ unit: "ams/1", fingerprint: null, code: "not-certificate", reason: "r" }];
  assert.deepEqual(parsePublished(renderPublication({ ...PUBLICATION, rejected })), {
    endpoints: ["https://10.0.0.1:8443", "https://[fd42::2]:8443"],
    registered: PUBLICATION.registered,
    rejected,
    certificates: new Map(PUBLICATION.certificates.map((one) => [one.fingerprint, one])),
    original: new Set(),
  });
  assert.deepEqual(parsePublished({}).endpoints, []);
});

const HUGE = "x".repeat(16_000_000);
const over = (key: string): string =>
  `The key ${key} has more than 1 MiB (1048576 bytes), which is the limit: shorten it`;

Deno.test.each<{ what: string; databag: Databag; rejected: readonly unknown[] }>([
  {
    what: "the certificate",
    databag: { version: "1.0", certificate: HUGE },
    rejected: [[null, "text-too-large", over("certificate")]],
  },
  {
    what: "the version",
    databag: { version: HUGE, certificate: A },
    rejected: [[null, "text-too-large", over("version")]],
  },
  {
    what: "the text of projects",
    databag: { version: "1.0", certificate: A, projects: HUGE },
    rejected: [[one.fingerprint, "text-too-large", over("projects")]],
  },
  {
    what: "the number of projects",
    databag: {
      version: "1.0",
      certificate: A,
      projects: Array.from({ length: 65 }, (_, index) => `p${index}`).join(),
    },
    rejected: [[
      one.fingerprint,
      "too-many-projects",
      "projects has 65 names, and the limit is 64: name fewer",
    ]],
  },
])("parseWants() rejects a request with $what over the limit", ({ databag, rejected }) => {
  assert.deepEqual(request(databag), { wants: [], rejected });
});

Deno.test("parseWants() rejects an application whose units name too many projects together", () => {
  const units = [0, 1].map((unit) => ({
    name: `ams/${unit}`,
    databag: { projects: Array.from({ length: 40 }, (_, index) => `p${unit}-${index}`).join() },
  }));
  const application = { name: "ams", databag: { version: "1.0", certificate: A } };
  const { wants, rejected } = parseWants("4", application, units);
  assert.deepEqual([wants, rejected], [[], [{
    unit: "ams",
    fingerprint: one.fingerprint,
    code: "too-many-projects",
    reason: "projects has 80 names, and the limit is 64: name fewer",
  }]]);
});
