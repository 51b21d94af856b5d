/**
 * Lets one thing of a history happen, if it is possible.
 *
 * @module
 */
import type { TrustEntry } from "../lxd/world.ts";
import { APPLICATION } from "../harness/charm.ts";
import {
  APPLICATIONS,
  CALM,
  ENDPOINTS,
  HTTPS,
  LXD_FAULTS,
  MAXIMUM_UNITS,
  NAMES,
  type Operation,
  type Wish,
} from "./history.ts";
import { type HistoryWorld, type Related, stayingUnits } from "./history_world.ts";
import { renderAll } from "./pool.ts";
import { ensureRunning } from "./stage.ts";

/** What happens to Juju and LXD, beside hooks. */
export type Event = Exclude<Operation, { readonly kind: "run" | "settle" }>;

/** What a fault of the history writes, so that it is told from a fault of the charm. */
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

/** Lets one thing happen. */
export async function perform(world: HistoryWorld, event: Event): Promise<void> {
  world.isCalm &&= CALM.includes(event.kind);
  const { model, stage } = world;
  switch (event.kind) {
    case "relate":
      return relate(world, at(APPLICATIONS, event.application), at(ENDPOINTS, event.endpoint));
    case "unrelate": {
      const related = at(world.relations, event.relation);
      if (related) model.removeRelation(related.handle, event);
      return forget(world, (one) => one === related);
    }
    case "remove application": {
      const application = at(requirers(world), event.application);
      if (application) model.removeApplication(application, event);
      return forget(world, (one) => one.application === application);
    }
    case "add requirer": {
      const application = at(requirers(world), event.application);
      const isFull = application && model.units(application).length === MAXIMUM_REQUIRERS;
      if (application && !isFull) model.addUnit(application);
      return;
    }
    case "remove requirer": {
      const application = at(requirers(world), event.application);
      const unit = application && at(model.units(application), event.unit);
      if (unit) model.removeUnit(unit);
      return;
    }
    case "write":
      return write(world, event);
    case "add unit":
      if (stayingUnits(world).length < MAXIMUM_UNITS) model.addUnit(APPLICATION);
      return;
    case "remove unit":
      return removeUnit(world, at(stayingUnits(world), event.unit), event.force);
    case "remove leader":
      return removeUnit(world, model.leader(APPLICATION), event.force);
    case "lead": {
      const unit = at(stayingUnits(world), event.unit);
      if (unit) model.setLeader(unit);
      return;
    }
    case "trust":
    case "untrust":
      world.isTrusted = event.kind === "trust";
      return model[event.kind](APPLICATION);
    case "LXD down":
      return await stage.lxd.members[0]?.stop();
    case "LXD up":
      return await ensureRunning(stage.lxd);
    case "allow":
      world.allowed = event.projects;
      return model.configure(APPLICATION, { projects: optionOf(event.projects) });
    case "update-status": {
      const unit = at(stayingUnits(world), event.unit);
      if (unit) model.updateStatus(unit);
      return;
    }
    case "fail tool": {
      const tool = at(TOOLS, event.tool) ?? TOOLS[0];
      world.isFaulty = true;
      return model.faults.failTool({ tool, nth: event.nth, stderr: INJECTED });
    }
    case "kill":
      return model.faults.killAtToolCall({ call: event.call });
    case "lose leadership":
      world.isFaulty = true;
      return model.faults.loseLeadershipAtFlush();
    case "fail LXD": {
      const kind = at(LXD_FAULTS, event.fault) ?? "reset";
      const match = { method: at(METHODS, event.method) ?? "GET", times: event.times };
      return stage.standIn?.fault(match, kind === "status" ? { kind, status: 503 } : { kind });
    }
    default:
      return await meddle(world, event);
  }
}

/** Writes the option `projects`. */
function optionOf(projects: Wish): string {
  return projects === "unreadable" ? "no project" : projects?.join(",") ?? "";
}

function relate(
  { model, relations, removed }: HistoryWorld,
  application: string | undefined,
  endpoint: string | undefined,
): void {
  if (!application || !endpoint) return;
  if (!model.applications().includes(application)) {
    const end = { role: "requires", interface: "lxd" } as const;
    const https = { role: "requires", interface: "lxd-https" } as const;
    model.addApplication(application, { endpoints: { lxd: end, backup: end, [HTTPS]: https } });
  }
  // Juju refuses the same relation twice, also while the former one is on its way out.
  const isTwice = [...relations, ...removed.filter(({ handle }) => handle.exists())]
    .some((one) => one.application === application && one.endpoint === endpoint);
  if (isTwice) return;
  const ours = endpoint === HTTPS ? HTTPS : "api";
  const handle = model.relate(`${APPLICATION}:${ours}`, `${application}:${endpoint}`);
  relations.push({ handle, application, endpoint });
}

function forget(
  { relations, removed, written }: HistoryWorld,
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

function write(world: HistoryWorld, event: Extract<Event, { kind: "write" }>): void {
  const { model, relations, stage: { pool }, written } = world;
  const related = at(relations, event.relation);
  if (!related) return;
  const { application, endpoint, handle } = related;
  const name = at([application, ...model.units(application)], event.of) ?? application;
  const { wish } = event;
  const items = event.items.slice(0, endpoint === HTTPS ? 1 : undefined);
  const text = renderAll(pool, items, endpoint === HTTPS);
  const changes = endpoint === HTTPS
    ? { version: items.length > 0 ? "1.0" : "", certificate: text, projects: optionOf(wish) }
    : {
      client_certificates: text,
      projects: wish === "unreadable" ? "web" : wish === null ? "" : JSON.stringify(wish),
    };
  if (name === application) handle.writeApp(name, changes);
  else handle.write(name, changes);
  written.set(`${handle.id} ${name}`, { relation: handle.id, name, items, wish });
}

function removeUnit(world: HistoryWorld, unit: string | undefined, force: boolean): void {
  const staying = stayingUnits(world);
  if (unit === undefined || !staying.includes(unit) || staying.length === 1) return;
  world.leaving.add(unit);
  world.model.removeUnit(unit, { force });
}

/** What an outsider does to the trust store, for which LXD has to run. */
async function meddle(
  world: HistoryWorld,
  event: Extract<Event, { kind: "intrude" | "distrust" | "rename" | "restrict" }>,
): Promise<void> {
  const { lxd, pool } = world.stage;
  if (!lxd.members[0]?.running) return;
  const store = await lxd.trustStore();
  if (event.kind === "intrude") {
    const certificate = at(pool.good, event.which);
    if (!certificate || store.some((one) => one.fingerprint === certificate.fingerprint)) return;
    return await unlessTaken(lxd.trust(certificate.certificate, {
      name: nameOf(world, event.name),
      ...event.metrics ? { type: "metrics" } : accessTo(event.projects),
    }));
  }
  const entries = store.filter(({ fingerprint }) => fingerprint !== pool.own.fingerprint);
  const entry: TrustEntry | undefined = at(entries, event.entry);
  if (!entry) return;
  switch (event.kind) {
    case "distrust":
      return await lxd.distrust(entry.fingerprint);
    case "rename":
      return await unlessTaken(
        lxd.amend(entry.fingerprint, { name: nameOf(world, event.name) }),
      );
    case "restrict":
      return await lxd.amend(entry.fingerprint, accessTo(event.projects));
  }
}

/** Newer LXD refuses a name that is taken: then the outsider has done nothing. */
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

function nameOf({ model: { uuid } }: HistoryWorld, number: number): string {
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

/** The requirers' applications there are. */
function requirers({ model }: HistoryWorld): readonly string[] {
  return APPLICATIONS.filter((name) => model.applications().includes(name));
}

function at<T>(list: readonly T[], number: number): T | undefined {
  return list[number % list.length];
}
