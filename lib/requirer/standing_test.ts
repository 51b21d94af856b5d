import assert from "node:assert/strict";
import { answering, STATES } from "../../tests/answers.ts";
import { createCertificate } from "../../tests/certificates.ts";
import type { Databag } from "./databag.ts";
import {
  type Answer,
  canWait,
  grantedProjects,
  isReady,
  PROVIDER_ERROR_CODES,
  readAnswer,
  type Standing,
  standingOf,
} from "./mod.ts";

const [old, fresh, server] = await Promise.all([1, 2, 3].map(() => createCertificate()));
assert.ok(old && fresh && server);
const pem = server.certificate;
const UNREACHABLE = { code: "lxd-unreachable", reason: "LXD does not answer" };

function answerOf(changes: Partial<Answer> = {}): Answer {
  return { ...readAnswer({}, []), version: "1.0", ...changes };
}

Deno.test("standingOf() wants a certificate to be trusted by every node, of at least one", () => {
  const node = { endpoint: "https://10.0.0.1:8443", name: "one", trusted: [old.fingerprint] };
  const check = (kind: string, ...nodes: Answer["nodes"]) => {
    const answer = answerOf({ nodes });
    assert.deepEqual(standingOf(old.certificate, answer), { kind });
    assert.equal(isReady(old.certificate, answer), kind === "trusted");
  };
  check("waiting");
  check("trusted", node);
  check("waiting", node, { ...node, trusted: [] });
  check("waiting", { ...node, trusted: [fresh.fingerprint] }, node);
});

Deno.test("standingOf() gives each reason and code of this certificate once", () => {
  const reject = (fingerprint: string | null, unit: number, reason: string) => {
    return { unit: `my-charm/${unit}`, fingerprint, reason, code: `code-${reason}` };
  };
  const rejections = [
    reject(old.fingerprint, 0, "a"),
    reject(old.fingerprint, 1, "a"),
    reject(old.fingerprint, 2, "b"),
    { unit: "my-charm/3", fingerprint: old.fingerprint, reason: "of a former provider" },
    reject(fresh.fingerprint, 0, "c"),
    reject(null, 0, "d"),
  ];
  assert.deepEqual(standingOf(old.certificate, answerOf({ rejections })), {
    kind: "rejected",
    reasons: ["a", "b", "of a former provider"],
    codes: ["code-a", "code-b"],
  });
  // Another unit's mistake about the same certificate does not keep LXD from trusting it.
  const answer = { ...readAnswer(answering({ server: pem, trusted: [old] }), []), rejections };
  assert.deepEqual(standingOf(old.certificate, answer), { kind: "trusted" });
});

Deno.test("standingOf() finds a rejection that is not listed among the others", () => {
  const certificates = [STATES.rejected(old)];
  const answer = readAnswer(answering({ server: pem, trusted: [], certificates }), []);
  assert.deepEqual(standingOf(old.certificate, answer), {
    kind: "rejected",
    reasons: ["r"],
    codes: ["expired"],
  });
});

Deno.test.each<
  { what: string; trusted: boolean; changes: Databag; expected: Standing }
>([
  {
    what: "is admitted",
    trusted: false,
    changes: { certificates: JSON.stringify([STATES.pending(old)]) },
    expected: { kind: "pending" },
  },
  {
    what: "waits for a provider that cannot serve",
    trusted: false,
    changes: { provider_error: JSON.stringify(UNREACHABLE) },
    expected: { kind: "failing", error: UNREACHABLE },
  },
  {
    what: "is trusted, and the provider cannot serve any more",
    trusted: true,
    changes: { provider_error: JSON.stringify(UNREACHABLE) },
    expected: { kind: "trusted" },
  },
  {
    what: "is rejected, and the provider cannot serve any more",
    trusted: false,
    changes: {
      certificates: JSON.stringify([STATES.rejected(old)]),
      provider_error: JSON.stringify(UNREACHABLE),
    },
    expected: { kind: "rejected", reasons: ["r"], codes: ["expired"] },
  },
])("standingOf() reads the state of a certificate that $what", ({ trusted, changes, expected }) => {
  const databag = { ...answering({ server: pem, trusted: trusted ? [old] : [] }), ...changes };
  assert.deepEqual(standingOf(old.certificate, readAnswer({}, [databag])), expected);
});

Deno.test("standingOf() reads a provider that has never been able to serve", () => {
  const answer = readAnswer({}, [{ provider_error: JSON.stringify(UNREACHABLE) }]);
  const standing = standingOf(old.certificate, answer);
  assert.deepEqual(standing, { kind: "failing", error: UNREACHABLE });
});

Deno.test.each([
  { version: "1.0", kind: "trusted" },
  { version: "1", kind: "trusted" },
  { version: "1.7", kind: "trusted" },
  { version: "2.0", kind: "unsupported" },
  { version: "10.0", kind: "unsupported" },
])("standingOf() reads version $version: $kind", ({ version, kind }) => {
  const answer = readAnswer({ ...answering({ server: pem, trusted: [old] }), version }, []);
  assert.equal(standingOf(old.certificate, answer).kind, kind);
});

Deno.test("canWait() tells apart what ends by itself", () => {
  const failing = (code: string) => ({ kind: "failing", error: { code, reason: "r" } }) as const;
  const waitable = [...Object.keys(PROVIDER_ERROR_CODES), "of-a-later-version"]
    .filter((code) => canWait(failing(code)));
  assert.deepEqual(waitable, ["lxd-failed", "lxd-unreachable"]);
  assert.ok(canWait({ kind: "pending" }));
  assert.ok(canWait({ kind: "waiting" }));
  assert.ok(!canWait({ kind: "trusted" }));
  assert.ok(!canWait({ kind: "rejected", reasons: ["r"], codes: [] }));
  assert.ok(!canWait({ kind: "unsupported", version: "2.0" }));
});

Deno.test.each([
  { what: "some projects", projects: ["db", "web"], trusted: true, expected: ["db", "web"] },
  { what: "all of LXD", projects: null, trusted: true, expected: null },
  { what: "no trust", projects: ["web"], trusted: false, expected: undefined },
])("grantedProjects() reads $what", ({ projects, trusted, expected }) => {
  const databag = answering({
    server: pem,
    trusted: trusted ? [old] : [],
    certificates: [STATES.trusted(old, projects)],
  });
  assert.deepEqual(grantedProjects(old.certificate, readAnswer(databag, [])), expected);
});

Deno.test("grantedProjects() does not know what a former provider grants", () => {
  const answer = readAnswer(answering({ server: pem, trusted: [old] }), []);
  assert.ok(isReady(old.certificate, answer));
  assert.equal(grantedProjects(old.certificate, answer), undefined);
});
