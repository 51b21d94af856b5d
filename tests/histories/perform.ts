/**
 * Performs the operations of a history, if they are possible.
 *
 * @module
 */
import type { RemoveOptions } from "../juju/mod.ts";
import type { TrustEntry } from "../lxd/world.ts";
import { APPLICATION } from "../harness/charm.ts";
import {
  APPLICATIONS,
  CALM,
  ENDPOINTS,
  HOSTILE,
  HTTPS,
  LXD_FAULTS,
  MAXIMUM_UNITS,
  NAMES,
  type Operation,
} from "./history.ts";
import { type HistoryState, honest, type Related, stayingUnits } from "./history_state.ts";
import { privateIndex, renderAll } from "./certificates.ts";
import { GOOD_CERTIFICATES, type Item, type Wish } from "./items.ts";
import { ensureRunning, type Server } from "./servers.ts";

/** An operation on Juju or LXD. Operations that run hooks are not events. */
export type Event = Exclude<Operation, { readonly kind: "run" | "settle" }>;

/** Standard error of an injected fault, which distinguishes it from a fault of the charm. */
export const INJECTED = "ERROR a fault of the history\n";

const TOOLS = [
  "relation-get",
  "relation-set",
  "relation-ids",
  "relation-list",
  "is-leader",
  "credential-get",
  "goal-state",
  "config-get",
  "status-get",
  "status-set",
] as const;

const METHODS = ["GET", "POST", "PATCH", "DELETE"] as const;
const MAXIMUM_REQUIRERS = 3;

/** Performs one event. */
export async function perform(state: HistoryState, event: Event): Promise<void> {
  state.isCalm &&= CALM.includes(event.kind);
  switch (event.kind) {
    case "relate":
    case "unrelate":
    case "remove application":
    case "add requirer":
    case "remove requirer":
    case "write":
      return performOfRequirers(state, event);
    case "attack":
      return attack(state, event);
    case "retreat":
      return retreat(state, event);
    case "add unit":
    case "remove unit":
    case "remove leader":
    case "lead":
    case "trust":
    case "untrust":
    case "allow":
    case "update-status":
      return performOfOperator(state, event);
    case "fail tool":
    case "kill":
    case "lose leadership":
      return injectFault(state, event);
    case "LXD down":
    case "LXD up":
    case "fail LXD":
      return await performOfLxd(state.server, event);
    default:
      return await meddle(state, event);
  }
}

type EventOf<K extends Event["kind"]> = Extract<Event, { readonly kind: K }>;

/** Performs an event of requirers. */
function performOfRequirers(
  state: HistoryState,
  event: EventOf<
    "relate" | "unrelate" | "remove application" | "add requirer" | "remove requirer" | "write"
  >,
): void {
  const { model } = state;
  switch (event.kind) {
    case "relate":
      return relate(state, at(APPLICATIONS, event.application), at(ENDPOINTS, event.endpoint));
    case "unrelate": {
      const related = at(honest(state), event.relation);
      if (related) model.removeRelation(related.handle, event);
      return forget(state, (one) => one === related);
    }
    case "remove application": {
      const application = at(requirers(state), event.application);
      if (application) model.removeApplication(application, event);
      return forget(state, (one) => one.application === application);
    }
    case "add requirer": {
      const application = at(requirers(state), event.application);
      const isFull = application && model.units(application).length === MAXIMUM_REQUIRERS;
      if (application && !isFull) model.addUnit(application);
      return touch(state, application);
    }
    case "remove requirer": {
      const application = at(requirers(state), event.application);
      const unit = application && at(model.units(application), event.unit);
      if (unit) model.removeUnit(unit);
      return touch(state, application);
    }
    case "write": {
      const related = at(honest(state), event.relation);
      if (related) write(state, related, event);
      return;
    }
  }
}

/** Performs an event of the operator or of Juju's controller. */
function performOfOperator(
  state: HistoryState,
  event: EventOf<
    | "add unit"
    | "remove unit"
    | "remove leader"
    | "lead"
    | "trust"
    | "untrust"
    | "allow"
    | "update-status"
  >,
): void {
  const { model } = state;
  switch (event.kind) {
    case "add unit":
      if (stayingUnits(state).length < MAXIMUM_UNITS) model.addUnit(APPLICATION);
      return;
    case "remove unit":
      return removeUnit(state, at(stayingUnits(state), event.unit), event);
    case "remove leader":
      return removeUnit(state, model.leader(APPLICATION), event);
    case "lead": {
      const unit = at(stayingUnits(state), event.unit);
      if (unit) model.setLeader(unit);
      return;
    }
    case "trust":
    case "untrust":
      state.isTrusted = event.kind === "trust";
      return model[event.kind](APPLICATION);
    case "allow":
      state.allowed = event.projects;
      for (const { handle } of state.relations) state.touched.add(handle.id);
      return model.configure(APPLICATION, { projects: optionOf(event.projects) });
    case "update-status": {
      const unit = at(stayingUnits(state), event.unit);
      if (unit) model.updateStatus(unit);
      return;
    }
  }
}

function injectFault(
  state: HistoryState,
  event: EventOf<"fail tool" | "kill" | "lose leadership">,
): void {
  const { faults } = state.model;
  switch (event.kind) {
    case "fail tool": {
      const tool = at(TOOLS, event.tool) ?? TOOLS[0];
      state.isFaulty = true;
      return faults.failTool({ tool, nth: event.nth, stderr: INJECTED });
    }
    case "kill":
      return faults.killAtToolCall({ call: event.call });
    case "lose leadership":
      state.isFaulty = true;
      return faults.loseLeadershipAtFlush();
  }
}

async function performOfLxd(
  { lxd, standIn }: Server,
  event: EventOf<"LXD down" | "LXD up" | "fail LXD">,
): Promise<void> {
  switch (event.kind) {
    case "LXD down":
      return await lxd.members[0]?.stop();
    case "LXD up":
      return await ensureRunning(lxd);
    case "fail LXD": {
      const kind = at(LXD_FAULTS, event.fault) ?? "reset";
      const match = { method: at(METHODS, event.method) ?? "GET", times: event.times };
      return standIn?.fault(match, kind === "status" ? { kind, status: 503 } : { kind });
    }
  }
}

/** Renders the option `projects`. */
function optionOf(projects: Wish): string {
  return projects === "unreadable" ? "no project" : projects?.join(",") ?? "";
}

function relate(
  { model, relations, removed }: HistoryState,
  application: string | undefined,
  endpoint: string | undefined,
): void {
  if (!application || !endpoint) return;
  if (!model.applications().includes(application)) {
    const end = { role: "requires", interface: "lxd" } as const;
    const https = { role: "requires", interface: "lxd-https" } as const;
    model.addApplication(application, { endpoints: { lxd: end, backup: end, [HTTPS]: https } });
  }
  // Juju refuses a second equal relation, even while the first one is being removed.
  const isTwice = [...relations, ...removed.filter(({ handle }) => handle.exists())]
    .some((one) => one.application === application && one.endpoint === endpoint);
  if (isTwice) return;
  const ours = endpoint === HTTPS ? HTTPS : "api";
  const handle = model.relate(`${APPLICATION}:${ours}`, `${application}:${endpoint}`);
  relations.push({ handle, application, endpoint });
}

function touch({ relations, touched }: HistoryState, application: string | undefined): void {
  for (const one of relations) if (one.application === application) touched.add(one.handle.id);
}

function forget(
  { relations, removed, written }: Pick<HistoryState, "relations" | "removed" | "written">,
  isGone: (one: Related) => boolean,
): void {
  for (const one of relations.filter(isGone)) {
    relations.splice(relations.indexOf(one), 1);
    removed.push(one);
    for (const key of written.keys()) {
      if (key.startsWith(`${one.handle.id} `)) written.delete(key);
    }
  }
}

/** The hostile application writes a databag, in a relation that it makes. */
function attack(state: HistoryState, event: EventOf<"attack">): void {
  const endpoint = at(ENDPOINTS, event.endpoint) ?? HTTPS;
  relate(state, HOSTILE, endpoint);
  const related = state.relations.find((one) =>
    one.application === HOSTILE && one.endpoint === endpoint
  );
  if (related) write(state, related, event);
}

function retreat({ model, ...state }: HistoryState, event: EventOf<"retreat">): void {
  const relations = state.relations.filter(({ application }) => application === HOSTILE);
  const related = at(relations, event.relation);
  if (!related) return;
  if (event.isWhole) model.removeApplication(HOSTILE, event);
  else model.removeRelation(related.handle, event);
  forget(state, (one) => event.isWhole ? relations.includes(one) : one === related);
}

/** A databag to write. */
interface Writing {
  /** The application (0) or a unit. */
  readonly of: number;
  readonly items: readonly Item[];
  readonly wish: Wish;
}

function write(state: HistoryState, related: Related, { of, wish, ...event }: Writing): void {
  const { model, server: { certificates }, written } = state;
  const { application, endpoint, handle } = related;
  const name = at([application, ...model.units(application)], of) ?? application;
  const items = event.items.slice(0, endpoint === HTTPS ? 1 : undefined)
    .flatMap((item) => choose(state, item, { ...related, name }));
  const text = renderAll(certificates, items, endpoint === HTTPS ? "lxd-https" : "lxd");
  const changes = endpoint === HTTPS
    ? { version: items.length > 0 ? "1.0" : "", certificate: text, projects: optionOf(wish) }
    : {
      client_certificates: text,
      projects: wish === "unreadable" ? "web" : wish === null ? "" : JSON.stringify(wish),
    };
  if (name === application) handle.writeApp(name, changes);
  else handle.write(name, changes);
  written.set(`${handle.id} ${name}`, {
    relation: handle.id,
    name,
    items,
    wish,
    isHttps: endpoint === HTTPS,
  });
  state.touched.add(handle.id);
}

/** Chooses the certificate of an item. The hostile application has those of others only. */
function choose(
  { isPrivate, sent }: HistoryState,
  item: Item,
  by: Pick<Related, "application" | "endpoint"> & { readonly name: string },
): readonly Item[] {
  if (item.kind !== "good") return [item];
  if (by.application === HOSTILE) {
    const which = isPrivate ? at([...sent], item.which) : item.which % GOOD_CERTIFICATES;
    return which === undefined ? [] : [{ ...item, which }];
  }
  const which = isPrivate ? privateIndex(by, by.name, item.which) : item.which;
  sent.add(which);
  return [{ ...item, which }];
}

function removeUnit(
  state: HistoryState,
  unit: string | undefined,
  options: RemoveOptions,
): void {
  const staying = stayingUnits(state);
  if (unit === undefined || !staying.includes(unit) || staying.length === 1) return;
  state.leaving.add(unit);
  state.model.removeUnit(unit, options);
}

/** Performs an outsider's change of the trust store, if LXD runs. */
async function meddle(
  state: HistoryState,
  event: EventOf<"intrude" | "distrust" | "rename" | "restrict">,
): Promise<void> {
  const { lxd, certificates } = state.server;
  if (!lxd.members[0]?.running) return;
  const store = await lxd.trustStore();
  if (event.kind === "intrude") {
    const certificate = at(certificates.good.slice(0, GOOD_CERTIFICATES), event.which);
    if (!certificate || store.some((one) => one.fingerprint === certificate.fingerprint)) return;
    return await unlessTaken(lxd.trust(certificate.certificate, {
      name: nameOf(state, event.name),
      ...event.metrics ? { type: "metrics" } : accessTo(event.projects),
    }));
  }
  const entries = store.filter(({ fingerprint }) => fingerprint !== certificates.own.fingerprint);
  const entry: TrustEntry | undefined = at(entries, event.entry);
  if (!entry) return;
  switch (event.kind) {
    case "distrust":
      return await lxd.distrust(entry.fingerprint);
    case "rename":
      return await unlessTaken(
        lxd.amend(entry.fingerprint, { name: nameOf(state, event.name) }),
      );
    case "restrict":
      return await lxd.amend(entry.fingerprint, accessTo(event.projects));
  }
}

/** Ignores a conflict: newer LXD refuses a name in use, and then nothing has changed. */
async function unlessTaken(change: Promise<void>): Promise<void> {
  try {
    await change;
  } catch (error) {
    if (!Error.isError(error) || !/^Cannot (POST|PATCH) \S+: 409 /.test(error.message)) throw error;
  }
}

function accessTo(projects: readonly string[] | null) {
  return { restricted: projects !== null, projects: projects ?? [] };
}

function nameOf({ model: { uuid } }: HistoryState, number: number): string {
  switch (at(NAMES, number) ?? NAMES[0]) {
    case "mallory":
      return "mallory";
    case "similar application":
      return `${APPLICATION}-b@${uuid}:0:web-0`;
    case "other model":
      return `${APPLICATION}@${uuid.replace(/^./, "x")}:shared`;
    case "longer name":
      return `${APPLICATION}@${uuid}:shared with others`;
    case "orphan":
      return `${APPLICATION}@${uuid}:77:gone-0`;
  }
}

/** Returns the requirers' applications in the model. */
function requirers({ model }: HistoryState): readonly string[] {
  return APPLICATIONS.filter((name) => model.applications().includes(name));
}

function at<T>(list: readonly T[], number: number): T | undefined {
  return list[number % list.length];
}
