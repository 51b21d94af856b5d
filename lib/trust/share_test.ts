import assert from "node:assert/strict";
import fc from "fast-check";
import type { Certificate, Fingerprint } from "../requirer/certificate.ts";
import { createMark, entryName, type Requirer } from "./owner.ts";
import { plan } from "./plan.ts";
import { isWithin, join, narrow, type Projects } from "./projects.ts";
import { share, type SharingSituation } from "./share.ts";
import { effectOf } from "./step.ts";
import type { TrustEntry, TrustStore } from "./trust_store.ts";
import type { Want } from "./want.ts";

const FINGERPRINT = "aa".repeat(32) as Fingerprint;
const CERTIFICATE: Certificate = { fingerprint: FINGERPRINT, pem: "pem", der: "der" };
const mark = createMark("lxd", "uuid");
const VICTIM: Requirer = { relation: "3", name: "victim/0" };
const ATTACKER: Requirer = { relation: "7", name: "attacker/0" };

function want(requirer: Requirer, ...projects: readonly string[]): Want {
  return { requirer, certificate: CERTIFICATE, text: "pem", projects };
}

function wantAll(requirer: Requirer): Want {
  return { ...want(requirer), projects: null };
}

function storeOf(owner: Requirer | undefined, projects: Projects): TrustStore {
  const name = entryName(mark, owner, FINGERPRINT);
  const entry = { fingerprint: FINGERPRINT, name, type: "client", projects, certificate: "pem" };
  return new Map([[FINGERPRINT, entry]]);
}

function situation(
  wants: readonly Want[],
  trustStore: TrustStore = new Map(),
  more: Partial<SharingSituation> = {},
): SharingSituation {
  const known = { complete: true, isKnown: true, revocable: { kind: "all" } } as const;
  return { wants, trustStore, mark, ...known, ...more };
}

/** Returns the requirers whose wants are contested. */
function contested(...given: Parameters<typeof situation>): readonly string[] {
  return share(situation(...given)).contested.map(({ requirer: { name } }) => name);
}

Deno.test.each([
  { asks: "more", wish: want(ATTACKER, "web", "db"), expected: ["attacker/0"] },
  { asks: "other projects", wish: want(ATTACKER, "db"), expected: ["attacker/0"] },
  { asks: "all of LXD", wish: wantAll(ATTACKER), expected: ["attacker/0"] },
  { asks: "the same", wish: want(ATTACKER, "web"), expected: [] },
  { asks: "nothing", wish: want(ATTACKER), expected: [] },
])("share() grants an application that asks for $asks what the owner has", ({ wish, expected }) => {
  const [own, store] = [want(VICTIM, "web"), storeOf(VICTIM, ["web"])];
  assert.deepEqual(contested([own, wish], store), expected);
  assert.deepEqual(contested([wish, own], store), expected, "in any order");
  assert.deepEqual(contested([own, wish], storeOf(undefined, ["web"])), expected, "once shared");
  assert.deepEqual(contested([own, wish]), expected, "without an entry");
  const [partial, isKnown] = [{ kind: "requirer", requirer: ATTACKER } as const, false];
  const more = { revocable: partial, isKnown, complete: false };
  assert.deepEqual(contested([wish], store, more), expected, "in its own hook");
  assert.deepEqual(contested([wish], storeOf(undefined, ["web"]), more), expected);
});

Deno.test("share() lets the owner widen its own entry, and all of its units", () => {
  const [wide, other] = [want(VICTIM, "web", "db"), want({ ...VICTIM, name: "victim/1" }, "x")];
  const store = storeOf(VICTIM, ["web"]);
  assert.deepEqual(contested([wide, other, want(ATTACKER, "web")], store), []);
  const application = want({ ...VICTIM, name: "victim" }, "y");
  assert.deepEqual(contested([application, want(ATTACKER, "web")], store), ["attacker/0"]);
  const https = want({ relation: "9", name: "victim/0" }, "z");
  assert.deepEqual(contested([wide, https], store), [], "related twice, it is one application");
});

Deno.test("share() widens a shared entry for the last application, or if all ask for it", () => {
  const store = storeOf(undefined, ["web"]);
  const [a, b] = [want(VICTIM, "web", "db", "x"), want(ATTACKER, "web", "db")];
  assert.deepEqual(contested([a], store), []);
  assert.deepEqual(contested([want(VICTIM, "web", "db"), b], store), []);
  assert.deepEqual(contested([a, b], store), ["victim/0"]);
  assert.deepEqual(contested([a], store, { isKnown: false }), ["victim/0"]);
  assert.deepEqual(contested([wantAll(VICTIM), wantAll(ATTACKER)], store), []);
  const narrowed = [want(VICTIM, "db"), want(ATTACKER, "x")];
  assert.deepEqual(contested(narrowed, store), ["victim/0", "attacker/0"], "nobody agrees");
  const other = [want(VICTIM, "web", "db"), want(ATTACKER, "db")];
  assert.deepEqual(contested(other, storeOf(undefined, [])), ["victim/0"], "somebody narrowed it");
});

Deno.test("share() lets the oldest relation decide if no entry exists, or its owner is gone", () => {
  const [first, second] = [want(ATTACKER, "db"), want({ ...VICTIM, relation: "11" }, "web")];
  assert.deepEqual(contested([second, first]), ["victim/0"], "7 is older than 11");
  const gone = storeOf({ relation: "1", name: "gone/0" }, ["x"]);
  assert.deepEqual(contested([second, first], gone), ["victim/0"]);
  const unread = { isKnown: false, complete: false, revocable: { kind: "none" } } as const;
  assert.deepEqual(contested([second, first], gone, unread), ["attacker/0", "victim/0"].reverse());
});

Deno.test("share() leaves foreign entries to the admission, and each certificate to itself", () => {
  const store: TrustStore = new Map(
    [...storeOf(VICTIM, ["web"])].map(([id, entry]) => [id, { ...entry, name: "by hand" }]),
  );
  assert.deepEqual(contested([want(VICTIM, "web"), wantAll(ATTACKER)], store), []);
  const other = { ...CERTIFICATE, fingerprint: "bb".repeat(32) as Fingerprint };
  const wants = [want(VICTIM, "web"), { ...wantAll(ATTACKER), certificate: other }];
  assert.deepEqual(contested(wants, storeOf(VICTIM, ["web"])), []);
});

const NAMES = ["db", "web", "x"];
const projectsOf = fc.option(fc.subarray(NAMES, { minLength: 1 }), { nil: null });

Deno.test("share() never takes or widens an owner's entry, whatever others ask for", () => {
  const others = fc.array(fc.record({
    relation: fc.constantFrom("1", "7", "12"),
    name: fc.constantFrom("attacker", "attacker/0", "other/1"),
    projects: projectsOf,
  }));
  fc.assert(fc.property(projectsOf, projectsOf, others, (wish, before, requests) => {
    const own: Want = { ...want(VICTIM), projects: wish };
    const wants = [
      own,
      ...requests.map(({ projects, ...requirer }) => ({
        ...want(requirer),
        projects,
      })),
    ];
    const trustStore = storeOf(VICTIM, before);
    const given = situation(wants, trustStore);
    const { granted, contested } = share(given);
    assert.ok(granted.includes(own));
    const steps = plan({
      ...given,
      wants: granted,
      contested,
      allowed: null,
      ourFingerprint: "cc".repeat(32) as Fingerprint,
    });
    const entry = steps.reduce<TrustEntry | undefined>(
      (entry, step) => effectOf(step, entry),
      trustStore.get(FINGERPRINT),
    );
    assert.ok(entry);
    assert.ok(isWithin(entry.projects, wish) && isWithin(wish, entry.projects));
    assert.ok(isWithin(entry.projects, join(wish, before)));
  }));
});

/** Decides and plans, with every databag read, until nothing changes. Returns the trust store. */
function reconcile(wants: readonly Want[], trustStore: TrustStore): TrustStore {
  const given = situation(wants, trustStore);
  const { granted, contested } = share(given);
  const rules = { allowed: null, ourFingerprint: "cc".repeat(32) as Fingerprint };
  const steps = plan({ ...given, wants: granted, contested, ...rules });
  if (steps.length === 0) return trustStore;
  const entry = steps.reduce<TrustEntry | undefined>(
    (entry, step) => effectOf(step, entry),
    trustStore.get(FINGERPRINT),
  );
  return reconcile(wants, new Map(entry ? [[FINGERPRINT, entry]] : []));
}

Deno.test("share() never widens a shared entry, whatever its applications ask for in turn", () => {
  const asked = fc.array(fc.tuple(projectsOf, projectsOf), { minLength: 1, maxLength: 6 });
  fc.assert(fc.property(projectsOf, asked, (agreed, asked) => {
    const wishes = (projects: Projects) => ({ ...want(VICTIM), projects });
    const attacks = (projects: Projects) => ({ ...want(ATTACKER), projects });
    let trustStore = reconcile([wishes(agreed), attacks(agreed)], new Map());
    for (const [own, other] of asked) {
      const before = trustStore.get(FINGERPRINT);
      trustStore = reconcile([wishes(own), attacks(other)], trustStore);
      const after = trustStore.get(FINGERPRINT);
      assert.ok(before && after);
      assert.equal(after.name, entryName(mark, undefined, FINGERPRINT));
      const common = own === null ? other : other === null ? own : narrow(own, other);
      assert.ok(isWithin(after.projects, join(before.projects, common)));
    }
  }));
});
