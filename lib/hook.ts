/**
 * Runs one hook: connects the reconciliation to Juju and LXD, and sets the unit's status.
 *
 * @module
 */
import { type Clock, SYSTEM_CLOCK } from "./async/clock.ts";
import { limit } from "./async/limit.ts";
import type { Pinned } from "./credential/parts.ts";
import { explain } from "./explanation.ts";
import type { Context } from "./juju/context.ts";
import { type HookEvent, variable, type Variables } from "./juju/event.ts";
import { createJuju, type Exec, execTool, type UnitStatus } from "./juju/hook_tools.ts";
import { isRefusal, quoteWords, unlessRefused } from "./juju/refusal.ts";
import { logLines } from "./juju/log_lines.ts";
import { noteLeader, nudge } from "./juju/replicas.ts";
import { enter as enterLxd } from "./lxd/enter.ts";
import type { Transport } from "./lxd/request.ts";
import type { Active, Outcome } from "./outcome.ts";
import { type Hook, reconcile, type Reconciled } from "./reconcile.ts";
import { either } from "./requirer/either.ts";
import { line, visible } from "./requirer/line.ts";
import {
  createPinnedFetch,
  type PinnedFetch,
  type PinnedFetchOptions,
} from "./requirer/pinned_fetch.ts";
import { presentedCertificate } from "./requirer/presented.ts";
import { renderStatus, renderVersion } from "./status.ts";
import { renderChange } from "./trust/change.ts";
import { renderExpiring } from "./trust/expiry.ts";
import { createMark } from "./trust/owner.ts";

// Juju answers hook tools one by one, so running them together saves their start only. With hundreds
// of relations that must not become hundreds of processes.
const MAXIMUM_TOOLS = 8;

const NONE: UnitStatus = { status: "", message: "" };

/** The parts of its process that a hook needs. */
export interface Surroundings {
  /** The environment of the hook. */
  readonly environment: Variables;
  /** Runs a hook tool. */
  readonly exec: Exec;
  /** Writes a line to the unit's log, at the level DEBUG. */
  readonly log: (line: string) => void;
  /** Ends every request to LXD. @default {each has its own time limit} */
  readonly signal?: AbortSignal;
  /** Measures time. */
  readonly clock: Clock;
  /** Connects to the pinned server. */
  readonly connect: (options: PinnedFetchOptions) => PinnedFetch;
}

/**
 * Runs the hook that this process is. The exit code is 1 for a bug, or if a hook tool fails that is
 * about more than one relation or the secret. Otherwise it is 0: the status and the relation report
 * trouble with LXD, the credential or a requirer's data, because Juju runs no other hook until a
 * failed one succeeds.
 *
 * @param eventOf Reads the event from the environment.
 */
export async function runHook(eventOf: (environment: Variables) => HookEvent): Promise<void> {
  await runMain((surroundings) => hook(surroundings, eventOf));
}

/**
 * Runs the work of this process in the system's surroundings, and ends the process. The exit code is 1
 * if the work throws.
 */
export async function runMain(work: (surroundings: Surroundings) => Promise<void>): Promise<void> {
  try {
    await work({
      environment: (name) => Deno.env.get(name),
      exec: execTool,
      log: (text) => write(Deno.stdout, text),
      clock: SYSTEM_CLOCK,
      connect: createPinnedFetch,
    });
  } catch (error) {
    const text = error instanceof Error ? error.stack ?? error.message : String(error);
    write(Deno.stderr, text.split("\n").map(visible).join("\n"));
    Deno.exitCode = 1;
  }
  // Abandoned work, such as the resolution of a name, would keep the process alive, and Juju would
  // wait for it.
  Deno.exit();
}

/**
 * Runs one hook in given surroundings.
 *
 * @param eventOf Reads the event from the environment.
 * @throws {HookToolError} If a hook tool fails that is about more than one relation or the secret.
 */
export async function hook(
  surroundings: Surroundings,
  eventOf: (environment: Variables) => HookEvent,
): Promise<void> {
  const event = eventOf(surroundings.environment);
  using connections = new DisposableStack();
  const unit = createHook(surroundings, connections);
  const reconciled = await reconcile(unit, event).finally(unit.flush);
  const { outcome } = reconciled;
  if (!outcome) return;
  if (event.kind === "stop") {
    return await logLeftovers(unit, { outcome, prefix: unit.mark.prefix });
  }
  await conclude(unit, event, { ...reconciled, outcome });
}

/** A hook that writes the audit trail. */
export interface AuditedHook extends Hook {
  /** Writes the changes that were reported until now to Juju's log. It never fails. */
  readonly flush: () => Promise<void>;
}

/**
 * Connects a unit to Juju and LXD.
 *
 * @param connections Keeps the connections to LXD until its disposal.
 */
export function createHook(surroundings: Surroundings, connections: DisposableStack): AuditedHook {
  const { environment, clock } = surroundings;
  const log = (text: string): void => surroundings.log(line(text));
  const context = contextOf({ ...surroundings, log });
  const mark = createMark(context.application, variable(environment, "JUJU_MODEL_UUID"));
  const now = clock.now();
  const enter: Hook["enter"] = (credentials, terms) =>
    enterLxd(credentials, {
      ...terms,
      connect: (pinned) => createTransport(surroundings, connections, pinned),
      learn: (url, end) => presentedCertificate(url, either(surroundings.signal, end)),
      clock,
      now,
    });
  const topology = () => ({
    model: variable(environment, "JUJU_MODEL_NAME"),
    modelUuid: variable(environment, "JUJU_MODEL_UUID"),
    application: context.application,
  });
  const lines: string[] = [];
  return {
    ...context,
    enter,
    mark,
    now,
    clock,
    report: (change) => void lines.push(renderChange(change, mark)),
    topology,
    flush: () => logLines(context.juju, "INFO", lines.splice(0)),
  };
}

/** Connects to the server that credentials pin. Each request has its own time limit. */
export function createTransport(
  { clock, connect, signal }: Surroundings,
  connections: DisposableStack,
  credentials: Pinned,
): Transport {
  const { fetch, presented } = connections.use(connect(optionsOf(credentials, signal)));
  return { fetch, presented, clock };
}

/** Makes the other units reconcile if something was changed, and sets the unit's status. */
export async function conclude(
  context: Context,
  event: HookEvent,
  { outcome, isLeader, hasChanged }: Reconciled & { readonly outcome: Outcome },
): Promise<void> {
  const { before, hasReplicas } = await readStatus({ ...context, isLeader });
  if (isLeader && hasReplicas) {
    // Juju runs a killed hook again before any other, so a unit may lead before it is elected.
    if (event.kind !== "everything") await noteLeader(context);
    if (hasChanged) await nudge(context);
  }
  const { status, message } = renderStatus(outcome, context.application, before);
  // Before the status, which tells a hook after a killed one what is set.
  if (outcome.kind === "active") await tellVersion(context, outcome, before);
  if (status === before.status && message === before.message) return;
  await context.juju.statusSet(status, message);
  if (outcome.kind === "active") {
    await logLines(context.juju, "WARNING", (outcome.expiring ?? []).map(renderExpiring));
    return;
  }
  const explanation = explain(outcome, context.application);
  if (explanation !== message) await context.juju.jujuLog("WARNING", explanation);
}

/**
 * Sets the version that `juju status` shows, which is that of the unit that set it last: each unit sets it.
 * Each active status names it, so the last one tells what is set.
 */
async function tellVersion(
  { juju }: Context,
  { version }: Active,
  before: UnitStatus,
): Promise<void> {
  if (before.status === "active" && before.message?.includes(renderVersion(version))) return;
  await unlessRefused(juju.applicationVersionSet(version));
}

function contextOf({ environment, exec, log }: Surroundings): Context {
  const unit = variable(environment, "JUJU_UNIT_NAME");
  const application = unit.slice(0, unit.indexOf("/"));
  return { juju: createJuju(limit(MAXIMUM_TOOLS, reporting(exec, log))), application, unit };
}

/** Logs the refusals of Juju: some of them fail no hook. */
function reporting(exec: Exec, log: (line: string) => void): Exec {
  return async (tool, args, more) => {
    try {
      return await exec(tool, args, more);
    } catch (error) {
      if (isRefusal(error)) log(`Juju refuses ${tool}: ${quoteWords(error.stderr)}`);
      throw error;
    }
  };
}

function optionsOf(
  credentials: Pinned,
  signal: AbortSignal | undefined,
): PinnedFetchOptions {
  const { certificate, key, server: { pem, fingerprint }, issuers = [] } = credentials;
  const server = { pem: [pem, ...issuers.map(({ pem }) => pem)].join(""), fingerprint };
  return { certificate, key, server, ...signal && { signal } };
}

/**
 * Logs that the last unit may leave entries in LXD. Nobody reads the status of a unit that is gone,
 * and no other hook cleans up.
 */
async function logLeftovers(
  { juju, application }: Context,
  { outcome, prefix }: { readonly outcome: Outcome; readonly prefix: string },
): Promise<void> {
  // Another one of the last units was done before, and removed the charm's own certificate as well.
  if (outcome.kind === "active" || outcome.kind === "token" && outcome.problem === "lost") return;
  const reason = explain(outcome, application);
  const warning = `Certificates named ${prefix}... may be left in LXD's trust store: ${reason}`;
  await juju.jujuLog("WARNING", warning);
}

/** Reads this unit's status. For the leader, the same tool also lists further units. */
async function readStatus(
  { juju, unit, isLeader }: Context & { readonly isLeader: boolean },
): Promise<{ readonly before: UnitStatus; readonly hasReplicas: boolean }> {
  if (!isLeader) return { before: await juju.statusGet(), hasReplicas: false };
  const units = await juju.unitStatuses();
  return { before: units[unit] ?? NONE, hasReplicas: Object.keys(units).length > 1 };
}

function write(stream: typeof Deno.stdout | typeof Deno.stderr, text: string): void {
  stream.writeSync(new TextEncoder().encode(`${text}\n`));
}
