/**
 * Runs one hook: gives the reconciliation the real world, and the operator a status.
 *
 * @module
 */
import { createJuju, type Exec, execTool, type Juju } from "./juju/hook_tools.ts";
import { limit } from "./async/limit.ts";
import { enterLxd } from "./lxd/client.ts";
import { isRefusal, quoteWords } from "./juju/refusal.ts";
import type { Outcome } from "./outcome.ts";
import { createMark, type Mark } from "./trust/owner.ts";
import { createPinnedFetch } from "./requirer/pinned_fetch.ts";
import { reconcile } from "./reconcile.ts";
import { noteLeader, nudge } from "./juju/replicas.ts";
import { type HookEvent, variable, type Variables } from "./juju/event.ts";
import { renderStatus } from "./status.ts";
import { LXD_LIMIT_MS } from "./lxd/time_limits.ts";

// Juju answers them one by one; what runs at the same time is their start. With hundreds of
// relations that may not be hundreds of processes.
const MAXIMUM_TOOLS = 8;

const NONE = { status: "", message: "" };

/** What surrounds a hook. */
export interface Surroundings {
  /** Its environment. */
  readonly environment: Variables;
  /** Runs a hook tool. */
  readonly exec: Exec;
  /** Writes a line to the unit's log, at the level DEBUG. */
  readonly log: (line: string) => void;
  /** Ends every request to LXD. */
  readonly signal: AbortSignal;
}

/**
 * Runs the hook that this process is. The exit code is 0 unless a hook tool fails that is about more
 * than one relation or the secret, or there is a bug: what is wrong with LXD, the credential or a
 * requirer's data is told in the status and on the relation, for a failed hook would keep Juju from
 * running any other.
 *
 * @param eventOf Tells what the event is about.
 */
export async function runHook(eventOf: (environment: Variables) => HookEvent): Promise<void> {
  try {
    await hook({
      environment: (name) => Deno.env.get(name),
      exec: execTool,
      log: (line) => write(Deno.stdout, line),
      signal: AbortSignal.timeout(LXD_LIMIT_MS),
    }, eventOf);
  } catch (error) {
    write(Deno.stderr, error instanceof Error ? error.stack ?? error.message : String(error));
    Deno.exitCode = 1;
  }
  // Or what nobody waits for any more, such as a name that is still being resolved, would keep the
  // process, and with it Juju.
  Deno.exit();
}

/**
 * Runs one hook in given surroundings.
 *
 * @param surroundings What surrounds the hook.
 * @param eventOf Tells what the event is about.
 * @throws {HookToolError} If a hook tool fails.
 */
export async function hook(
  { environment, exec, log, signal }: Surroundings,
  eventOf: (environment: Variables) => HookEvent,
): Promise<void> {
  const event = eventOf(environment);
  const unit = variable(environment, "JUJU_UNIT_NAME");
  const application = unit.slice(0, unit.indexOf("/"));
  const mark = createMark(application, variable(environment, "JUJU_MODEL_UUID"));
  const juju = createJuju(limit(MAXIMUM_TOOLS, reporting(exec, log)));
  using connections = new DisposableStack();
  const reconciled = await reconcile({
    juju,
    enter: (credentials, known) => {
      const { server: { pem, fingerprint }, issuers = [] } = credentials;
      const server = { pem: [pem, ...issuers.map(({ pem }) => pem)].join(""), fingerprint };
      const transport = connections.use(createPinnedFetch({ ...credentials, server, signal }));
      return enterLxd(transport, credentials.endpoint, known);
    },
    application,
    unit,
    mark,
    now: new Date(),
    report: log,
  }, event);
  const { outcome } = reconciled;
  if (!outcome) return;
  if (event.kind === "stop") return await warn(juju, outcome, application, mark);
  const { before, hasReplicas } = await askStatus(juju, unit, reconciled.leads);
  if (reconciled.leads && hasReplicas) {
    // A hook that was killed runs again before any other, so a unit may lead before it is elected.
    if (event.kind !== "everything") await noteLeader(juju, { application, unit });
    if (reconciled.hasChanged) await nudge(juju);
  }
  const { status, message } = renderStatus(outcome, application, before);
  if (status !== before.status || message !== before.message) await juju.statusSet(status, message);
}

/** Writes down what Juju refuses, for not everything that is refused fails the hook. */
function reporting(exec: Exec, log: (line: string) => void): Exec {
  return async (tool, args, stdin) => {
    try {
      return await exec(tool, args, stdin);
    } catch (error) {
      if (isRefusal(error)) log(`Juju refuses ${tool}: ${quoteWords(error.stderr)}`);
      throw error;
    }
  };
}

/** Nobody reads the status of a unit that is gone, and nobody comes back to tidy up. */
async function warn(
  juju: Juju,
  outcome: Outcome,
  application: string,
  { prefix }: Mark,
): Promise<void> {
  if (outcome.kind === "active") return;
  const { message } = renderStatus(outcome, application, NONE);
  const warning = `Certificates named ${prefix}... may be left in LXD's trust store: ${message}`;
  await juju.jujuLog("WARNING", warning);
}

/** Asks for this unit's status; the leader learns by the way whether there are further units. */
async function askStatus(juju: Juju, unit: string, leads: boolean): Promise<{
  readonly before: { readonly status: string; readonly message: string };
  readonly hasReplicas: boolean;
}> {
  if (!leads) return { before: await juju.statusGet(), hasReplicas: false };
  const units = await juju.unitStatuses();
  return { before: units[unit] ?? NONE, hasReplicas: Object.keys(units).length > 1 };
}

function write(stream: typeof Deno.stdout | typeof Deno.stderr, line: string): void {
  stream.writeSync(new TextEncoder().encode(`${line}\n`));
}
