import assert from "node:assert/strict";
import { createCertificate } from "../tests/certificates.ts";
import { SYSTEM_CLOCK } from "./async/clock.ts";
import type { HookEvent } from "./juju/event.ts";
import { createJuju, HookToolError } from "./juju/hook_tools.ts";
import { enter } from "./lxd/enter.ts";
import type { Transport } from "./lxd/request.ts";
import type { Outcome } from "./outcome.ts";
import { reconcile } from "./reconcile.ts";
import type { Databag } from "./requirer/databag.ts";
import { expiryOf } from "./trust/expiry.ts";
import { createMark } from "./trust/owner.ts";

const [client, server, a, b, c, d] = await Promise.all([
  createCertificate({ key: "p384" }),
  createCertificate(),
  createCertificate({ commonName: "a" }),
  createCertificate({ commonName: "b" }),
  createCertificate({ commonName: "c" }),
  createCertificate({ commonName: "d" }),
]);
const ENDPOINT = "https://10.0.0.1:8443";
const ATTRIBUTES = {
  "client-cert": client.certificate,
  "client-key": client.key,
  "server-cert": server.certificate,
};
const CREDENTIAL = { "auth-type": "certificate", attrs: ATTRIBUTES };
const CLOUD = { type: "lxd", endpoint: ENDPOINT, credential: CREDENTIAL };

const CHANGED: HookEvent = {
  kind: "changed",
  endpoint: "api",
  requirer: { relation: "3", name: "ams/0" },
};
const DEPARTED: HookEvent = {
  kind: "departed",
  endpoint: "api",
  requirer: { relation: "3", name: "ams/0" },
};
const BROKEN: HookEvent = { kind: "broken", endpoint: "api", relation: "3" };
const EVERYTHING: HookEvent = { kind: "everything", isSettled: false };
const ELECTED: HookEvent = { kind: "everything", isSettled: false, isElected: true };
const SETTLED: HookEvent = { kind: "everything", isSettled: true };
// Names of entries, without the digits that each ends in.
const NAME = "lxd@uuid:3:ams-0";
const SHARED = "lxd@uuid:shared";

interface Entry {
  readonly name: string;
  readonly type: string;
  readonly certificate: string;
  readonly restricted: boolean;
  readonly projects: readonly string[];
}

/** A small model with an LXD, as a hook sees them. Its parts are changed between hooks. */
class Model {
  leads = true;
  /** Whether it leads only when it is asked for the first time in a hook. */
  losesLeadership = false;
  /** Status of our units. */
  units: Record<string, string> = { "lxd/0": "active" };
  /** Members by relation id, the remote application first. */
  relations: Record<string, readonly string[]> = { "3": ["ams", "ams/0", "ams/1"] };
  /** Databags by `<relation id> <name>`; of a relation that is broken, ours only. */
  databags: Record<string, Databag> = { "9 lxd": { leader: "lxd/0" } };
  /** The application's options. */
  config: Record<string, string> = {};
  /** How long Juju takes to answer a hook tool, in milliseconds. */
  toolMs = 0;
  /** Whether the last hook changed anything that the other units should look at. */
  hasChanged = false;
  /** Relations that cannot be written to. */
  unwritable = new Set<string>();
  /** What cannot be read. */
  unreadable = new Set<string>();
  /** LXD's trust store by fingerprint. */
  readonly entries = new Map<string, Entry>();
  /** HTTP status that LXD answers to a request that begins with this. */
  readonly faults = new Map<string, number>();
  /** LXD's projects. */
  projects: readonly string[] = ["default", "db", "web"];
  /** The hook tools that were run. */
  readonly tools: string[] = [];
  /** What was written, to relations and to LXD, in its order. */
  readonly written: string[] = [];
  readonly warnings: string[] = [];

  wants(name: string, ...certificates: readonly { readonly certificate: string }[]): void {
    const relation = name.startsWith("ams") ? "3" : "4";
    const texts = certificates.map(({ certificate }) => certificate);
    this.databags[`${relation} ${name}`] = { client_certificates: JSON.stringify(texts) };
  }

  /** Registers a certificate in LXD. */
  trusts({ fingerprint, certificate }: typeof a, owner: string, type = "client"): void {
    const name = owner.startsWith("lxd@uuid:") ? `${owner}:${fingerprint.slice(0, 12)}` : owner;
    this.entries.set(fingerprint, { name, type, certificate, restricted: false, projects: [] });
  }

  /** Names by fingerprint, without its digits. */
  get trusted(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      [...this.entries].map(([id, { name }]) => [id, name.replace(`:${id.slice(0, 12)}`, "")]),
    );
  }

  /** Fingerprints told to a relation. */
  told(relation = "3", name = "lxd/0"): readonly string[] {
    const nodes = JSON.parse(this.databags[`${relation} ${name}`]?.["nodes"] ?? "[]");
    return nodes.flatMap((node: { readonly trusted_certs_fp: string }) => node.trusted_certs_fp);
  }

  /** States of certificates that are told to a relation, by fingerprint. */
  states(relation = "3", name = "lxd/0"): Readonly<Record<string, string>> {
    const states = JSON.parse(this.databags[`${relation} ${name}`]?.["certificates"] ?? "[]");
    return Object.fromEntries(
      states.map(({ fingerprint, state }: { readonly fingerprint: string; state: string }) => [
        fingerprint,
        state,
      ]),
    );
  }

  /** Code of the error that is told to a relation. */
  error(relation = "3", name = "lxd/0"): string | undefined {
    const text = this.databags[`${relation} ${name}`]?.["provider_error"];
    return text === undefined ? undefined : JSON.parse(text).code;
  }

  /** Runs a hook, forgetting what the former one did. */
  async run(event: HookEvent, unit = "lxd/0"): Promise<Outcome | undefined> {
    for (const list of [this.tools, this.written, this.warnings]) list.length = 0;
    const { outcome, hasChanged } = await reconcile({
      juju: createJuju((tool, args, more) =>
        this.#tool(unit, [tool, ...args], typeof more === "string" ? more : undefined)
      ),
      enter: (credentials, terms) =>
        enter(credentials, {
          ...terms,
          connect: () => this.#transport(),
          learn: () => Promise.reject(new Error("Cannot learn: the certificate is known")),
          clock: this.#transport().clock,
          now: new Date(),
        }),
      application: "lxd",
      unit,
      mark: createMark("lxd", "uuid"),
      now: new Date(),
      clock: { now: () => new Date(Date.now() + this.tools.length * this.toolMs) },
      report: () => {},
      topology: () => ({ model: "main", modelUuid: "uuid", application: "lxd" }),
    }, event);
    this.hasChanged = hasChanged;
    return outcome;
  }

  // deno-lint-ignore require-await -- what it throws shall be a rejection
  async #tool(unit: string, [tool = "", ...args]: readonly string[], stdin = ""): Promise<string> {
    const words = args.filter((word) => word !== "--format=json");
    const command = [tool, ...words].join(" ");
    this.tools.push(command);
    const json = (value: unknown): string => {
      assert.notEqual(value, undefined, `Cannot answer ${command}`);
      return JSON.stringify(value);
    };
    switch (tool) {
      case "config-get":
        return json(this.config);
      case "credential-get":
        return json(CLOUD);
      case "is-leader":
        if (this.losesLeadership && this.tools.filter((one) => one === tool).length > 1) {
          this.leads = false;
        }
        return json(this.leads);
      case "goal-state": {
        const units = Object.entries(this.units).map(([name, status]) => [name, { status }]);
        return json({ units: Object.fromEntries(units), relations: {} });
      }
      case "relation-ids":
        if (words.includes("replicas")) return json(["replicas:9"]);
        if (words.includes("https") || words.includes("cos-agent")) return json([]);
        return json(Object.keys(this.relations).map((id) => `api:${id}`));
      case "relation-list":
        return json(this.#members(words));
      case "relation-get":
        return json(this.#read(words));
      case "relation-set":
        this.#write(unit, words, JSON.parse(stdin));
        return "";
      case "juju-log":
        this.written.push("log");
        this.warnings.push(words.at(-1) ?? "");
        return "";
      default:
        throw new Error(`Cannot answer ${command}`);
    }
  }

  #members(words: readonly string[]): readonly string[] | string | undefined {
    const [, relation = ""] = words;
    const isApplication = words.includes("--app");
    const names = this.relations[relation]?.filter((name) => name.includes("/") !== isApplication);
    return isApplication ? names?.[0] : names;
  }

  #read(words: readonly string[]): Databag | undefined {
    const [, relation = ""] = words;
    const key = `${relation} ${words.at(-1)}`;
    if (this.unreadable.has(key)) {
      throw new HookToolError("relation-get", { code: 1, stderr: "ERROR permission denied" });
    }
    const isKnown = this.relations[relation]?.includes(words.at(-1) ?? "");
    return this.databags[key] ?? (isKnown || key.includes(" lxd") ? {} : undefined);
  }

  #write(unit: string, words: readonly string[], changes: Databag): void {
    const [, relation = ""] = words;
    const isApplication = words.includes("--app");
    if (this.unwritable.has(relation)) {
      const stderr = "ERROR cannot read relation settings: permission denied";
      throw new HookToolError("relation-set", { code: 1, stderr });
    }
    assert.ok(this.leads || !isApplication, "Cannot write the application's databag");
    const key = `${relation} ${isApplication ? "lxd" : unit}`;
    const databag: Databag = { ...this.databags[key], ...changes };
    this.databags[key] = Object.fromEntries(Object.entries(databag).filter(([, text]) => text));
    if (relation === "9") return;
    const verb = Object.keys(changes).join() === "provider_error" ? "tell" : "publish";
    this.written.push(`${verb} ${isApplication ? "application" : "unit"}`);
  }

  #transport(): Transport {
    return {
      presented: () => Promise.reject(new Error("Cannot present")),
      clock: { ...SYSTEM_CLOCK, pause: () => Promise.resolve() },
      fetch: (url, { method = "GET", body = "{}" } = {}) => {
        const [path = "", fingerprint = ""] = url.slice(ENDPOINT.length).split(
          /\/(?=[0-9a-f]{64})/,
        );
        const fault = this.faults.keys()
          .find((begin) => `${method} ${path} ${fingerprint}`.startsWith(begin));
        const status = fault === undefined ? undefined : this.faults.get(fault);
        const metadata = status
          ? null
          : this.#lxd(`${method} ${path}`, fingerprint, JSON.parse(body));
        const text = JSON.stringify({ error: status ? "no" : "", metadata });
        return Promise.resolve(new Response(text, { status: status ?? 200 }));
      },
    };
  }

  #lxd(request: string, fingerprint: string, body: Entry): unknown {
    const short = [a, b, c].findIndex((made) =>
      made.fingerprint === fingerprint || made.der === body.certificate
    );
    const made = [a, b, c][short];
    const letter = "abc"[short];
    switch (request) {
      case "GET /1.0":
        return {
          auth: "trusted",
          config: { "core.https_address": "" },
          environment: { server_name: "node1", server_version: "5.0.2" },
        };
      case "GET /1.0/certificates?recursion=1":
        return [
          { ...client, name: "juju", type: "client" },
          ...[...this.entries].map(([fingerprint, entry]) => ({ ...entry, fingerprint })),
        ];
      case "GET /1.0/projects":
        return this.projects.map((name) => `/1.0/projects/${name}`);
      case "POST /1.0/certificates":
        assert.ok(made);
        this.written.push(`add ${letter}`);
        this.entries.set(made.fingerprint, { ...body, certificate: made.certificate });
        return {};
      case "GET /1.0/certificates":
        return { ...this.entries.get(fingerprint), fingerprint };
      case "PATCH /1.0/certificates": {
        const before = this.entries.get(fingerprint);
        assert.ok(before);
        this.written.push(`change ${letter}`);
        this.entries.set(fingerprint, { ...before, ...body });
        return {};
      }
      case "DELETE /1.0/certificates":
        this.written.push(`revoke ${letter}`);
        assert.ok(this.entries.delete(fingerprint));
        return {};
      default:
        throw new Error(`Cannot answer ${request}`);
    }
  }
}

/** A model in which `ams/0` wants one certificate and has it. */
async function served(): Promise<Model> {
  const model = new Model();
  model.wants("ams/0", a);
  await model.run(CHANGED);
  return model;
}

Deno.test("reconcile() registers, answers where asked, and reports the outcome", async () => {
  const model = new Model();
  model.wants("ams/0", a);
  assert.deepEqual(await model.run(CHANGED), {
    kind: "active",
    version: "5.0.2",
    nodes: 1,
    isUpgrading: false,
    certificates: 1,
    rejected: undefined,
    expiring: undefined,
  });
  assert.deepEqual(model.trusted, { [a.fingerprint]: NAME });
  assert.deepEqual(model.databags["3 lxd/0"], {
    version: "1.0",
    nodes: JSON.stringify([
      { endpoint: ENDPOINT, name: "node1", trusted_certs_fp: [a.fingerprint] },
    ]),
    registered_certificates: JSON.stringify([a.certificate]),
    server_certificate: server.certificate,
    certificates: JSON.stringify([
      {
        fingerprint: a.fingerprint,
        state: "trusted",
        projects: null,
        expires_at: expiryOf(a.certificate),
      },
    ]),
  });
  assert.equal(model.databags["3 lxd"], undefined);
});

Deno.test("reconcile() answers an application in its databag, as long as it asks", async () => {
  const application: HookEvent = { ...CHANGED, requirer: { relation: "3", name: "ams" } };
  for (const event of [application, EVERYTHING]) {
    const model = await served();
    model.wants("ams", b);
    await model.run(CHANGED);
    assert.equal(model.databags["3 lxd"], undefined);
    await model.run(event);
    assert.deepEqual(model.told("3", "lxd"), [a.fingerprint, b.fingerprint].sort());
    assert.deepEqual(model.databags["3 lxd"], model.databags["3 lxd/0"]);
    // What its units ask for concerns the application, too, once it is answered.
    model.wants("ams/0");
    await model.run(CHANGED);
    assert.deepEqual(model.told("3", "lxd"), [b.fingerprint]);
    model.wants("ams", { certificate: "rubbish" });
    await model.run(event);
    assert.match(model.databags["3 lxd"]?.["rejected_certificates"] ?? "", /no PEM certificate/);
    model.wants("ams");
    await model.run(event);
    assert.deepEqual(model.databags["3 lxd"], {});
  }
});

Deno.test("reconcile() runs few hook tools for a change, among many relations", async () => {
  const model = await served();
  for (let id = 10; id < 30; id += 1) model.relations[id] = [`app${id}`, `app${id}/0`];
  model.trusts(c, "by hand");
  model.wants("ams/0", b);
  await model.run(CHANGED);
  // With the hook's own status-get and status-set these are nine.
  assert.deepEqual(model.tools.toSorted(), [
    "config-get",
    "credential-get",
    "is-leader",
    "relation-get -r 3 - ams/0",
    "relation-get -r 3 - lxd/0",
    "relation-get -r 3 --app - lxd",
    "relation-set -r 3 --file -",
  ]);
});

Deno.test("reconcile() adds first, then publishes, and revokes last", async () => {
  const model = await served();
  model.wants("ams/0", b);
  await model.run(CHANGED);
  assert.deepEqual(model.written, ["add b", "publish unit", "revoke a"]);
  assert.deepEqual(model.trusted, { [b.fingerprint]: NAME });
  assert.deepEqual(model.told(), [b.fingerprint]);
});

Deno.test("reconcile() writes nothing if nothing is to change", async () => {
  const model = await served();
  for (const event of [CHANGED, EVERYTHING, SETTLED]) {
    assert.equal((await model.run(event))?.kind, "active");
    assert.deepEqual(model.written, [], event.kind);
  }
  await model.run(CHANGED);
  // And status-get.
  assert.equal(model.tools.length, 6);
});

Deno.test("reconcile() changes nothing without leadership, but publishes what is true", async () => {
  const model = await served();
  model.leads = false;
  model.wants("ams/0", b);
  await model.run(CHANGED, "lxd/1");
  assert.deepEqual([model.written, model.told("3", "lxd/1")], [["publish unit"], []]);
  model.trusts(b, NAME);
  await model.run(CHANGED, "lxd/1");
  assert.deepEqual(model.told("3", "lxd/1"), [b.fingerprint]);
  assert.ok(model.entries.has(a.fingerprint));
});

Deno.test("reconcile() revokes what a departed unit had, and nothing of the others", async () => {
  const model = await served();
  model.wants("ams/1", b);
  await model.run(EVERYTHING);
  model.relations["3"] = ["ams", "ams/1"];
  await model.run(DEPARTED);
  assert.deepEqual(model.written, ["publish unit", "revoke a"]);
  assert.deepEqual(model.told(), [b.fingerprint]);
});

Deno.test("reconcile() revokes what a broken relation had", async () => {
  const model = await served();
  model.wants("ams", b);
  await model.run(EVERYTHING);
  model.relations = {};
  await model.run(BROKEN);
  assert.deepEqual(model.written.toSorted(), ["revoke a", "revoke b"]);
});

Deno.test("reconcile() revokes nothing on the unit's way out while others stay", async () => {
  const model = await served();
  model.units = { "lxd/0": "dying", "lxd/1": "active" };
  for (const event of [{ kind: "leaving" }, BROKEN, { kind: "stop" }] as const) {
    assert.equal(await model.run(event), undefined);
    assert.deepEqual(model.written, []);
  }
  model.wants("ams/0");
  await model.run(SETTLED);
  assert.ok(!model.written.includes("revoke a"));
});

Deno.test("reconcile() revokes all our entries with the last unit, leader or not", async () => {
  const model = await served();
  model.trusts(b, SHARED);
  model.trusts(c, "by hand");
  Object.assign(model, { leads: false, units: { "lxd/0": "dying" }, relations: {} });
  await model.run({ kind: "stop" });
  assert.deepEqual(model.trusted, { [c.fingerprint]: "by hand" });
});

Deno.test("reconcile() holds back what a relation that cannot be read may want, and nothing else", async () => {
  const model = await served();
  model.relations["4"] = ["other", "other/0"];
  model.trusts(b, "lxd@uuid:99:gone-0");
  model.trusts(c, SHARED);
  model.wants("ams/0");
  model.trusts(d, "lxd@uuid:4:other-0");
  model.unreadable.add("4 other/0");
  const held = { [c.fingerprint]: SHARED, [d.fingerprint]: "lxd@uuid:4:other-0" };
  assert.equal((await model.run(EVERYTHING))?.kind, "active");
  assert.deepEqual(model.trusted, { [a.fingerprint]: NAME, ...held });
  assert.equal((await model.run(SETTLED))?.kind, "active");
  assert.deepEqual([model.trusted, model.told()], [held, []]);
  model.unreadable.clear();
  await model.run(SETTLED);
  assert.deepEqual(model.trusted, {});
});

Deno.test("reconcile() of everything revokes of the gone, and of the present once settled", async () => {
  const model = await served();
  model.trusts(b, "lxd@uuid:99:ams-0");
  model.trusts(c, "lxd@uuid:3:ams-7");
  model.wants("ams/0");
  await model.run(EVERYTHING);
  const left = [a, c].map(({ fingerprint }) => fingerprint).sort();
  assert.deepEqual([Object.keys(model.trusted).sort(), model.told()], [left, left]);
  await model.run(SETTLED);
  assert.deepEqual([model.trusted, model.told()], [{}, []]);
});

Deno.test("reconcile() revokes nothing of requirers that this unit has not seen yet", async () => {
  const model = await served();
  // A new unit may be elected before it has run its -joined hooks.
  model.relations["3"] = ["ams"];
  await model.run(EVERYTHING);
  assert.deepEqual([model.trusted, model.told()], [{ [a.fingerprint]: NAME }, [a.fingerprint]]);
});

Deno.test("reconcile() shares a certificate, and revokes it with the last who wants it", async () => {
  const model = await served();
  model.relations["4"] = ["other", "other/0"];
  model.wants("other/0", a);
  await model.run({
    kind: "changed",
    endpoint: "api",
    requirer: { relation: "4", name: "other/0" },
  });
  assert.deepEqual(model.written, ["change a", "publish unit"]);
  assert.deepEqual(model.trusted, { [a.fingerprint]: SHARED });
  assert.deepEqual([model.told("3"), model.told("4")], [[a.fingerprint], [a.fingerprint]]);
  model.wants("ams/0");
  await model.run(CHANGED);
  assert.deepEqual([model.told("3"), model.told("4")], [[], [a.fingerprint]]);
  assert.deepEqual(model.trusted, { [a.fingerprint]: "lxd@uuid:4:other-0" });
  model.wants("other/0");
  await model.run({
    kind: "changed",
    endpoint: "api",
    requirer: { relation: "4", name: "other/0" },
  });
  assert.deepEqual(model.trusted, {});
});

Deno.test("reconcile() keeps publishing certificates that another unit shares", async () => {
  const model = await served();
  model.wants("ams/1", a);
  await model.run({ kind: "changed", endpoint: "api", requirer: { relation: "3", name: "ams/1" } });
  model.wants("ams/0");
  await model.run(CHANGED);
  assert.deepEqual(model.told(), [a.fingerprint]);
  assert.ok(model.entries.has(a.fingerprint));
  model.wants("ams/1");
  await model.run({ kind: "changed", endpoint: "api", requirer: { relation: "3", name: "ams/1" } });
  assert.deepEqual([model.told(), model.trusted], [[], {}]);
});

Deno.test("reconcile() keeps the certificates of a relation that cannot be written to", async () => {
  const model = await served();
  model.trusts(b, "lxd@uuid:99:gone-0");
  model.wants("ams/0");
  model.unwritable.add("3");
  for (const event of [CHANGED, SETTLED]) {
    assert.equal((await model.run(event))?.kind, "active");
    assert.equal(model.trusted[a.fingerprint], NAME);
  }
  assert.deepEqual(Object.keys(model.trusted), [a.fingerprint]);
  model.unwritable.clear();
  await model.run(SETTLED);
  assert.deepEqual(model.trusted, {});
});

Deno.test("reconcile() revokes by their names what a relation had that can no longer be used", async () => {
  for (const isShown of [true, false]) {
    const model = await served();
    model.relations["4"] = ["other", "other/0"];
    model.databags["4 other/0"] = { client_certificates: JSON.stringify([b.certificate]) };
    model.trusts(b, SHARED);
    model.trusts(c, SHARED);
    model.trusts(d, "lxd@uuid:3:ams");
    model.unwritable.add("3");
    if (!isShown) {
      for (const name of ["lxd/0", "lxd", "ams", "ams/0"]) model.unreadable.add(`3 ${name}`);
    }
    await model.run(DEPARTED);
    assert.equal(model.trusted[a.fingerprint], undefined);
    assert.equal(model.trusted[d.fingerprint], "lxd@uuid:3:ams");
    // Juju lists it still.
    await model.run(BROKEN);
    assert.equal(model.trusted[d.fingerprint], undefined);
    assert.equal(model.trusted[b.fingerprint], isShown ? SHARED : "lxd@uuid:4:other-0");
    if (!isShown) assert.deepEqual(Object.keys(model.trusted), [b.fingerprint]);
  }
});

Deno.test("reconcile() keeps a shared certificate while a databag cannot be read", async () => {
  const model = await served();
  model.trusts(a, SHARED);
  model.relations["4"] = ["other", "other/0"];
  model.unreadable.add("4 other/0");
  model.wants("ams/0");
  await model.run(CHANGED);
  assert.deepEqual([model.trusted, model.told()], [{ [a.fingerprint]: SHARED }, []]);
});

Deno.test("reconcile() publishes foreign entries, and never changes or revokes them", async () => {
  const model = new Model();
  model.trusts(a, "by hand");
  model.trusts(b, NAME, "server");
  model.wants("ams/0", a, b);
  await model.run(CHANGED);
  assert.deepEqual(model.told(), [a.fingerprint]);
  model.wants("ams/0");
  await model.run(SETTLED);
  assert.deepEqual(model.trusted, { [a.fingerprint]: "by hand", [b.fingerprint]: NAME });
  assert.deepEqual(model.told(), []);
});

Deno.test("reconcile() logs rejections once, and counts them until they are gone", async () => {
  const model = new Model();
  model.wants("ams/0", { certificate: "rubbish" }, client);
  const outcome = await model.run(CHANGED);
  assert.ok(outcome?.kind === "active");
  assert.equal(outcome.rejected, 2);
  assert.equal(model.warnings.length, 1);
  assert.match(model.warnings.join(), /ams\/0: The text holds no PEM certificate/);
  const told = JSON.parse(model.databags["3 lxd/0"]?.["rejected_certificates"] ?? "[]");
  assert.deepEqual(told.length, 2);
  const again = await model.run(EVERYTHING);
  assert.ok(again?.kind === "active");
  assert.deepEqual([again.rejected, model.warnings], [2, []]);
  model.wants("ams/0");
  await model.run(CHANGED);
  assert.equal(model.databags["3 lxd/0"]?.["rejected_certificates"], undefined);
});

Deno.test.each([
  { what: "all", fault: undefined, written: ["add b", "publish unit", "revoke a", "log"] },
  {
    what: "no revocation",
    fault: "DELETE",
    written: ["add b", "publish unit", "log", "tell unit"],
  },
  { what: "no addition", fault: "POST", written: ["publish unit", "log", "tell unit"] },
])("reconcile() logs rejections last, if LXD does $what", async ({ fault, written }) => {
  const model = await served();
  model.wants("ams/0", { certificate: "rubbish" }, b);
  if (fault) model.faults.set(fault, 503);
  const outcome = await model.run(CHANGED);
  assert.equal(outcome?.kind, fault ? "unreachable" : "active");
  assert.deepEqual(model.written, written);
  const warning = "Rejected certificates: ams/0: The text holds no PEM certificate";
  assert.deepEqual(model.warnings, [warning]);
});

Deno.test("reconcile() asks Juju for no secret by a text that is no argument", async () => {
  const model = new Model();
  model.config["credentials-secret"] = "secret:a\0b";
  const outcome = await model.run(EVERYTHING);
  assert.deepEqual(outcome?.kind === "unreadable" && outcome.name, "credentials-secret");
});

Deno.test("reconcile() serves the others where a certificate is refused", async () => {
  const model = new Model();
  model.wants("ams/0", a);
  model.faults.set("POST", 400);
  assert.equal((await model.run(CHANGED))?.kind, "active");
  assert.deepEqual(model.told(), []);
  assert.match(model.databags["3 lxd/0"]?.["rejected_certificates"] ?? "", /LXD refuses/);
});

Deno.test("reconcile() revokes nothing after an addition that failed, and publishes what is", async () => {
  const model = await served();
  model.wants("ams/0", b);
  model.faults.set("POST", 500);
  assert.deepEqual(await model.run(CHANGED), {
    kind: "unreachable",
    endpoint: ENDPOINT,
    cause: "error 500, no",
    hasAnswered: true,
  });
  assert.deepEqual(model.trusted, { [a.fingerprint]: NAME });
  assert.deepEqual([model.states(), model.error()], [{ [b.fingerprint]: "pending" }, "lxd-failed"]);
  model.faults.clear();
  await model.run(CHANGED);
  assert.deepEqual([model.trusted, model.told()], [{ [b.fingerprint]: NAME }, [b.fingerprint]]);
  assert.deepEqual([model.states(), model.error()], [{ [b.fingerprint]: "trusted" }, undefined]);
});

Deno.test("reconcile() keeps the published data while LXD is away", async () => {
  const model = await served();
  const before = model.databags["3 lxd/0"];
  model.wants("ams/0");
  for (
    const [fault, written] of [["GET /1.0", ["tell unit"]], ["GET /1.0/certificates", []]] as const
  ) {
    model.faults.clear();
    model.faults.set(fault, 503);
    assert.equal((await model.run(CHANGED))?.kind, "unreachable");
    const { provider_error: error, ...rest } = model.databags["3 lxd/0"] ?? {};
    assert.deepEqual([model.written, rest], [written, before]);
    assert.equal(model.error(), "lxd-failed");
    assert.doesNotMatch(error ?? "", /503|10\.0\.0\.1/);
  }
});

Deno.test("reconcile() holds nothing back for a name that LXD refuses", async () => {
  const model = await served();
  model.relations["4"] = ["other", "other/0"];
  model.wants("other/0", a);
  model.trusts(b, "lxd@uuid:99:gone-0");
  model.faults.set("PATCH", 400);
  const outcome = await model.run(SETTLED);
  assert.equal(outcome?.kind, "active");
  assert.deepEqual(model.trusted, { [a.fingerprint]: NAME });
  assert.deepEqual([model.told("3"), model.told("4")], [[a.fingerprint], [a.fingerprint]]);
  // The original charm's name is one, too.
  const taken = original();
  taken.faults.set("PATCH", 409);
  assert.equal((await taken.run(EVERYTHING))?.kind, "active");
  assert.deepEqual(taken.told(), [a.fingerprint, c.fingerprint].sort());
  // It is taken over as soon as LXD lets us.
  taken.faults.clear();
  await taken.run(EVERYTHING);
  assert.equal(taken.trusted[a.fingerprint], NAME);
  assert.equal(taken.trusted[c.fingerprint], "c");
});

Deno.test("reconcile() says what LXD refuses to revoke, and revokes the rest", async () => {
  const model = await served();
  model.trusts(b, "lxd@uuid:99:gone-0");
  model.wants("ams/0");
  model.faults.set(`DELETE /1.0/certificates ${a.fingerprint}`, 400);
  assert.deepEqual(await model.run(SETTLED), {
    kind: "refused",
    endpoint: ENDPOINT,
    action: `to revoke ${a.fingerprint}`,
    words: "no",
  });
  assert.deepEqual(model.trusted, { [a.fingerprint]: NAME });
  model.faults.set("GET /1.0/certificates", 400);
  assert.deepEqual(await model.run(SETTLED), {
    kind: "refused",
    endpoint: ENDPOINT,
    action: "what it is asked",
    words: "no",
  });
});

Deno.test("reconcile() wakes the other units after every change, and only then", async () => {
  const model = await served();
  assert.ok(model.hasChanged);
  await model.run(EVERYTHING);
  assert.ok(!model.hasChanged);
  // What relations are told stays the same.
  model.trusts(c, "lxd@uuid:99:gone-0");
  await model.run(EVERYTHING);
  assert.deepEqual([model.written, model.hasChanged], [["revoke c"], true]);
  model.wants("ams/0", a, b);
  model.faults.set("POST", 500);
  assert.equal((await model.run(CHANGED))?.kind, "unreachable");
  assert.ok(model.hasChanged);
});

Deno.test("reconcile() notes who leads, and whether that unit knows everything", async () => {
  const model = await served();
  const leader = () => model.databags["9 lxd"]?.["leader"];
  await model.run(EVERYTHING, "lxd/1");
  assert.equal(leader(), "none");
  await model.run(SETTLED, "lxd/1");
  assert.equal(leader(), "lxd/1");
  await model.run(EVERYTHING, "lxd/1");
  assert.equal(leader(), "lxd/1");
  await model.run(ELECTED, "lxd/1");
  assert.equal(leader(), "none");
  delete model.databags["9 lxd"];
  await model.run(ELECTED);
  assert.equal(leader(), "lxd/0");
  model.leads = false;
  await model.run(SETTLED, "lxd/1");
  assert.equal(leader(), "lxd/0");
});

Deno.test("reconcile() revokes nothing shared before a new leader knows everything", async () => {
  const model = await served();
  model.wants("ams/1", a);
  await model.run({ kind: "changed", endpoint: "api", requirer: { relation: "3", name: "ams/1" } });
  model.units = { "lxd/0": "active", "lxd/1": "active" };
  // The new leader has not seen yet that ams/1 wants it.
  model.wants("ams/1");
  model.wants("ams/0");
  model.databags["3 lxd/1"] = model.databags["3 lxd/0"] ?? {};
  for (const event of [EVERYTHING, CHANGED]) {
    await model.run(event, "lxd/1");
    assert.deepEqual(model.trusted, { [a.fingerprint]: SHARED });
    assert.deepEqual(model.told("3", "lxd/1"), [a.fingerprint]);
  }
  await model.run(SETTLED, "lxd/1");
  assert.deepEqual([model.trusted, model.told("3", "lxd/1")], [{}, []]);
});

Deno.test("reconcile() restricts to the projects allowed, and follows the option", async () => {
  const model = await served();
  const access = () => {
    const entry = model.entries.get(a.fingerprint);
    return entry && [entry.restricted, entry.projects];
  };
  model.config = { projects: "web, db" };
  await model.run(EVERYTHING);
  assert.deepEqual(access(), [true, ["db", "web"]]);
  model.databags["3 ams/0"] = { ...model.databags["3 ams/0"], projects: '["db"]' };
  await model.run(CHANGED);
  assert.deepEqual(access(), [true, ["db"]]);
  model.config = { projects: "web" };
  const outcome = await model.run(EVERYTHING);
  assert.ok(outcome?.kind === "active");
  assert.deepEqual([access(), outcome.rejected, model.told()], [undefined, 1, []]);
});

Deno.test("reconcile() changes nothing while the option projects cannot be read", async () => {
  const model = await served();
  model.wants("ams/0", b);
  model.config = { projects: "," };
  assert.equal((await model.run(CHANGED))?.kind, "unreadable");
  assert.deepEqual([model.written, model.error()], [["tell unit"], "configuration-invalid"]);
  Object.assign(model, { units: { "lxd/0": "dying" }, relations: {} });
  await model.run({ kind: "stop" });
  assert.deepEqual(model.trusted, {});
});

for (const event of [EVERYTHING, SETTLED, CHANGED]) {
  Deno.test(`reconcile() changes nothing while LXD lacks a project of the option: ${event.kind}`, async () => {
    const model = await served();
    model.wants("ams/0", b);
    model.config = { projects: "web,wbe" };
    assert.deepEqual(await model.run(event), {
      kind: "no-project",
      reason: 'No LXD project "wbe"',
    });
    assert.deepEqual([model.written, model.error()], [["tell unit"], "configuration-invalid"]);
    // An identity may not be shown all of them.
    model.projects = ["db"];
    assert.equal((await model.run(event))?.kind, "active");
    model.faults.set("GET /1.0/projects", 500);
    assert.equal((await model.run(event))?.kind, "unreachable");
    model.faults.set("GET /1.0/projects", 403);
    assert.equal((await model.run(event))?.kind, "restricted");
    model.faults.clear();
    model.projects = ["default"];
    Object.assign(model, { units: { "lxd/0": "dying" }, relations: {} });
    await model.run({ kind: "stop" });
    assert.deepEqual(model.trusted, {});
  });
}

Deno.test("reconcile() lists LXD's projects for a databag that is read at last", async () => {
  const model = await served();
  model.wants("ams/1", a);
  await model.run({ kind: "changed", endpoint: "api", requirer: { relation: "3", name: "ams/1" } });
  assert.equal(model.trusted[a.fingerprint], SHARED);
  model.databags["3 ams/0"] = { ...model.databags["3 ams/0"], projects: '["wbe"]' };
  model.wants("ams/1");
  await model.run({ kind: "changed", endpoint: "api", requirer: { relation: "3", name: "ams/1" } });
  assert.deepEqual([model.trusted, model.told()], [{}, []]);
});

/** A model as the original charm leaves it: a is wanted, b no longer. */
function original(): Model {
  const model = new Model();
  model.trusts(a, "a");
  model.trusts(b, "b");
  model.trusts(c, "c");
  model.wants("ams/0", a, c);
  const fingerprints = JSON.stringify([a.fingerprint, b.fingerprint]);
  const nodes = [{ endpoint: ENDPOINT, name: "node1", trusted_certs_fp: fingerprints }];
  for (const unit of ["lxd/0", "lxd/1"]) {
    model.databags[`3 ${unit}`] = { version: "1.0", nodes: JSON.stringify(nodes) };
  }
  return model;
}

Deno.test("reconcile() adopts wanted entries that the original charm published", async () => {
  const model = original();
  await model.run(EVERYTHING);
  assert.deepEqual(model.trusted, {
    [a.fingerprint]: NAME,
    [b.fingerprint]: "b",
    [c.fingerprint]: "c",
  });
  assert.deepEqual(model.told(), [a.fingerprint, c.fingerprint].sort());
  model.wants("ams/0");
  await model.run(CHANGED);
  assert.deepEqual(model.trusted, { [b.fingerprint]: "b", [c.fingerprint]: "c" });
});

Deno.test("reconcile() keeps the original charm's data until the adoption", async () => {
  const model = original();
  const before = structuredClone(model.databags);
  model.faults.set("PATCH", 500);
  assert.equal((await model.run(EVERYTHING))?.kind, "unreachable");
  const { provider_error: _, ...rest } = model.databags["3 lxd/0"] ?? {};
  assert.deepEqual([rest, model.written], [before["3 lxd/0"], ["tell unit"]]);
  model.faults.clear();
  model.leads = false;
  await model.run(EVERYTHING, "lxd/1");
  assert.deepEqual(model.databags["3 lxd/1"], before["3 lxd/1"]);
  model.leads = true;
  await model.run({ kind: "changed", endpoint: "api", requirer: { relation: "3", name: "ams/1" } });
  assert.equal(model.trusted[a.fingerprint], SHARED);
  model.leads = false;
  await model.run(EVERYTHING, "lxd/1");
  assert.deepEqual(model.told("3", "lxd/1"), model.told("3", "lxd/0"));
});

Deno.test("reconcile() reports, once settled, the entries that are not adopted", async () => {
  const model = original();
  model.units["lxd/1"] = "active";
  model.databags["3 lxd/0"] = {};
  await model.run(EVERYTHING);
  assert.equal(model.trusted[a.fingerprint], "a");
  model.leads = false;
  await model.run(EVERYTHING, "lxd/1");
  assert.equal(model.databags["3 lxd/1"]?.["server_certificate"], undefined);
  await model.run(SETTLED, "lxd/1");
  assert.deepEqual(model.told("3", "lxd/1"), model.told("3", "lxd/0"));
  assert.equal(model.trusted[a.fingerprint], "a");
});

Deno.test("reconcile() serves 70 relations though Juju takes 100 ms for each hook tool", async () => {
  const model = new Model();
  model.toolMs = 100;
  for (let id = 10; id < 80; id++) model.relations[`${id}`] = [`r${id}`, `r${id}/0`];
  model.wants("ams/0", a);
  const outcome = await model.run(SETTLED);
  assert.ok(model.tools.length * model.toolMs > 30_000, `${model.tools.length} hook tools`);
  assert.deepEqual([outcome?.kind, model.trusted], ["active", { [a.fingerprint]: NAME }]);
  // The answer before the publications is too old for the revocations.
  model.wants("ams/0");
  assert.equal((await model.run(SETTLED))?.kind, "active");
  assert.deepEqual(model.trusted, {});
  assert.ok(model.tools.filter((tool) => tool === "is-leader").length > 1);
});

Deno.test("reconcile() changes nothing more once it no longer leads", async () => {
  const model = await served();
  model.toolMs = 10_000;
  model.wants("ams/0");
  model.losesLeadership = true;
  await model.run(CHANGED);
  assert.deepEqual(model.trusted, { [a.fingerprint]: NAME });
});

const OTHER: HookEvent = { ...CHANGED, requirer: { relation: "3", name: "ams/1" } };

Deno.test("reconcile() tells each certificate's state, with a hook about another requirer too", async () => {
  const model = await served();
  model.leads = false;
  model.wants("ams/0", a, b);
  await model.run(CHANGED);
  const [A, B, C] = [a.fingerprint, b.fingerprint, c.fingerprint];
  assert.deepEqual(model.states(), { [A]: "trusted", [B]: "pending" });
  // Only the databag of ams/0 tells that b is still wanted.
  model.wants("ams/1", c, { certificate: "rubbish" });
  await model.run(OTHER);
  assert.deepEqual(model.states(), { [A]: "trusted", [B]: "pending", [C]: "pending" });
  assert.ok(model.tools.includes("relation-get -r 3 - ams/0"));
  model.wants("ams/0", a);
  await model.run(OTHER);
  assert.deepEqual(model.states(), { [A]: "trusted", [C]: "pending" });
  model.wants("ams/0", a, b);
  await model.run(CHANGED);
  // The leader adds them.
  model.trusts(b, NAME);
  model.trusts(c, "lxd@uuid:3:ams-1");
  await model.run(CHANGED);
  assert.deepEqual(model.states(), { [A]: "trusted", [B]: "trusted", [C]: "trusted" });
  await model.run(CHANGED);
  assert.ok(!model.tools.includes("relation-get -r 3 - ams/1"), "nothing is in doubt");
  // What LXD no longer has is not told.
  model.entries.delete(C);
  await model.run(CHANGED);
  assert.deepEqual(model.states(), { [A]: "trusted", [B]: "trusted" });
  await model.run(EVERYTHING);
  assert.deepEqual(model.states(), { [A]: "trusted", [B]: "trusted", [C]: "pending" });
});

Deno.test("reconcile() keeps what is pending if Juju refuses to show who wants it", async () => {
  const model = await served();
  model.leads = false;
  model.wants("ams/0", a, b);
  await model.run(CHANGED);
  model.unreadable.add("3 ams/0");
  await model.run(OTHER);
  assert.deepEqual(model.states(), { [a.fingerprint]: "trusted", [b.fingerprint]: "pending" });
});

Deno.test("reconcile() takes over rejections that a former version published without a code", async () => {
  const model = await served();
  const reason = "The certificate expired on 2001-01-01";
  const former = { unit: "ams/1", fingerprint: "f".repeat(64), reason };
  model.databags["3 lxd/0"] = {
    ...model.databags["3 lxd/0"],
    rejected_certificates: JSON.stringify([former]),
  };
  model.wants("ams/0", a, { certificate: "rubbish" });
  await model.run(CHANGED);
  const { rejected_certificates: text = "" } = model.databags["3 lxd/0"] ?? {};
  assert.deepEqual(JSON.parse(text), [
    {
      unit: "ams/0",
      fingerprint: null,
      code: "not-certificate",
      reason: "The text holds no PEM certificate",
    },
    former,
  ]);
  assert.deepEqual(model.states(), { [a.fingerprint]: "trusted" });
});

Deno.test("reconcile() tells an error where answers go, until the next success", async () => {
  const model = await served();
  model.relations["4"] = ["other", "other/0"];
  model.wants("ams", b);
  await model.run(SETTLED);
  const before = structuredClone(model.databags);
  model.faults.set("GET /1.0", 500);
  await model.run(CHANGED);
  assert.deepEqual(model.written, ["tell unit", "tell application"]);
  assert.deepEqual([model.error(), model.error("3", "lxd")], ["lxd-failed", "lxd-failed"]);
  assert.deepEqual(model.databags["4 lxd/0"], before["4 lxd/0"]);
  await model.run(CHANGED);
  assert.deepEqual([model.written, model.hasChanged], [[], false]);
  await model.run(EVERYTHING);
  assert.deepEqual([model.written, model.error("4")], [["tell unit"], "lxd-failed"]);
  assert.equal(model.databags["4 lxd"], undefined);
  model.config = { projects: "," };
  await model.run(EVERYTHING);
  assert.deepEqual([model.error(), model.error("4")], Array(2).fill("configuration-invalid"));
  model.config = {};
  model.faults.clear();
  await model.run(CHANGED);
  assert.deepEqual(model.written, ["tell unit", "tell application"]);
  await model.run(EVERYTHING);
  assert.deepEqual([model.databags, model.hasChanged], [before, false]);
});

Deno.test("reconcile() tells an error alone to a relation that had no answer yet", async () => {
  const model = new Model();
  model.wants("ams", a);
  model.faults.set("GET /1.0", 403);
  const application: HookEvent = { ...CHANGED, requirer: { relation: "3", name: "ams" } };
  await model.run(application);
  for (const name of ["lxd/0", "lxd"]) {
    assert.deepEqual(Object.keys(model.databags[`3 ${name}`] ?? {}), ["provider_error"]);
    assert.equal(model.error("3", name), "credential-refused");
  }
  model.faults.clear();
  await model.run(application);
  assert.deepEqual(model.databags["3 lxd"], model.databags["3 lxd/0"]);
  assert.deepEqual([model.error(), model.told()], [undefined, [a.fingerprint]]);
});

Deno.test("reconcile() tells an error beside what it publishes, without a write that it takes back", async () => {
  const model = await served();
  model.wants("ams/0");
  model.faults.set("DELETE", 400);
  await model.run(SETTLED);
  assert.deepEqual(model.written, ["publish unit", "tell unit"]);
  assert.equal(model.error(), "lxd-failed");
  await model.run(SETTLED);
  assert.deepEqual([model.written, model.hasChanged], [[], false]);
});

Deno.test("reconcile() fails no hook for an error that Juju refuses to be told", async () => {
  const model = await served();
  model.unwritable.add("3");
  model.faults.set("GET /1.0", 500);
  assert.equal((await model.run(CHANGED))?.kind, "unreachable");
  assert.equal(model.error(), undefined);
});

Deno.test("reconcile() calls what is left for the next hook pending, and no error", async () => {
  const model = await served();
  model.wants("ams/0", a, b, c);
  // More than a hook has for all steps.
  model.toolMs = 130_000;
  const outcome = await model.run(CHANGED);
  assert.equal(outcome?.kind, "unfinished");
  const [A, B, C] = [a.fingerprint, b.fingerprint, c.fingerprint];
  assert.deepEqual(model.states(), { [A]: "trusted", [B]: "trusted", [C]: "pending" });
  assert.equal(model.error(), undefined);
});
