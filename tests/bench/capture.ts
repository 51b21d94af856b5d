/**
 * Deploys a charm, and records its hooks: what Juju and LXD were before each of them, and what Juju
 * answered. A record lets the same hook run any number of times.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { TestCertificate } from "../certificates.ts";
import { APPLICATION, UNIT } from "../harness/charm.ts";
import { type Deployment, prepare } from "../harness/deployment.ts";
import type { Requirer } from "../harness/requirer.ts";
import { type Execution, type Exit, type Runner, runProcess, type ToolCall } from "../juju/mod.ts";
import type { LxdWorld, TrustEntry } from "../lxd/world.ts";
import { type Kind, KINDS, type Requirers, requirersOf, type Scenario } from "./cases.ts";
import type { Program } from "./measure.ts";

/** A hook that ran once in a model. */
export interface Recorded extends Program {
  /** Its name. */
  readonly hook: string;
  /** Its calls of tools, with Juju's answers. */
  readonly tools: readonly ToolCall[];
  /** LXD's trust store before it. */
  readonly before: readonly TrustEntry[];
}

/** A charm that is deployed. Disposal ends its model. */
export interface Captured extends AsyncDisposable {
  /** The records of its hooks. */
  readonly records: ReadonlyMap<Kind, Recorded>;
  /** The directory of the charm on the unit. */
  readonly charmDir: string;
  /** The certificate by which the charm enters LXD. */
  readonly credential: TestCertificate;
}

/** What to record. */
export interface CaptureOptions {
  /** Path of the charm. */
  readonly charm: string;
  /** The LXD, with nothing of the charm in it. */
  readonly lxd: LxdWorld;
  /** Juju's certificate, which LXD trusts. */
  readonly credential: TestCertificate;
  /** At least one certificate more than the scenario has. */
  readonly certificates: readonly TestCertificate[];
  /** The kinds of hooks to record. */
  readonly kinds: ReadonlySet<Kind>;
}

const DONE: Exit = { code: 0, signal: null, stdout: "", stderr: "" };

// A hook with too much work leaves the rest to the next one.
const MAXIMUM_HOOKS = 20;

/** Deploys a charm beside the requirers of a scenario, and records its hooks. */
export async function capture(scenario: Scenario, options: CaptureOptions): Promise<Captured> {
  const { charm, lxd, credential } = options;
  const switched = createSwitch();
  await using begun = new AsyncDisposableStack();
  const deployment = begun.use(
    await prepare(lxd, {
      running: "built",
      charmUnderTest: charm,
      clients: { credential },
      model: { run: switched.run },
    }),
  );
  const { model } = deployment;
  await model.deploy(charm, { trust: true });
  const requirers = relateAll(deployment, scenario, { ...options, prefix: "requirer" });
  await model.settle();
  const records = await recordAll({ deployment, requirers, switched }, scenario, options);
  const charmDir = model.charmDir(UNIT);
  const stack = begun.move();
  return { records, charmDir, credential, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** Runs hooks, or passes over them. */
interface Switch {
  readonly run: Runner;
  /** Runs the hooks that some work leads to, and returns the last one. */
  readonly during: (work: () => Promise<unknown>) => Promise<Execution>;
}

/** A deployment in the course of its records. */
interface Course {
  readonly deployment: Deployment;
  readonly requirers: readonly Requirer[];
  readonly switched: Switch;
}

/** Makes hooks do nothing, except during some work. update-status then does all that is left. */
function createSwitch(): Switch {
  let isOn = false;
  let last: Execution | undefined;
  return {
    run: async (execution) => {
      if (!isOn) return DONE;
      last = execution;
      return await runProcess(execution);
    },
    during: async (work) => {
      isOn = true;
      await work();
      isOn = false;
      assert.ok(last, "a hook ran");
      return last;
    },
  };
}

function relateAll(
  deployment: Deployment,
  scenario: Scenario,
  { certificates, prefix }: {
    readonly certificates: readonly TestCertificate[];
    readonly prefix: string;
  },
): readonly Requirer[] {
  const left = certificates.slice();
  return requirersOf(scenario).map((one, index) =>
    relate(deployment, `${prefix}${index}`, { ...one, take: (count) => left.splice(0, count) })
  );
}

function relate(
  deployment: Deployment,
  name: string,
  { units, certificates, take }: Requirers & {
    readonly take: (count: number) => readonly TestCertificate[];
  },
): Requirer {
  const requirer = deployment.requirer(name, units);
  for (let unit = 0; unit < units; unit++) requirer.offer(unit, take(certificates));
  return requirer;
}

async function recordAll(
  course: Course,
  scenario: Scenario,
  { certificates, kinds }: CaptureOptions,
): Promise<ReadonlyMap<Kind, Recorded>> {
  const records = new Map<Kind, Recorded>();
  const last = KINDS.findLastIndex((kind) => kinds.has(kind));
  for (const kind of KINDS.slice(0, last + 1)) {
    const record = await recordHook(course, await lead(course, kind, { scenario, certificates }));
    if (kinds.has(kind)) records.set(kind, record);
    if (kind === "register") await serve(course);
  }
  return records;
}

/** Changes the model so that a hook of a kind follows, and names that hook. */
async function lead(
  course: Course,
  kind: Kind,
  { scenario, certificates }: Pick<CaptureOptions, "certificates"> & {
    readonly scenario: Scenario;
  },
): Promise<string> {
  const { deployment, deployment: { model }, requirers: [requirer], switched } = course;
  assert.ok(requirer);
  switch (kind) {
    case "register":
    case "update-status":
      model.updateStatus(APPLICATION);
      return "update-status";
    case "config-changed":
      // The same as no value.
      model.configure(APPLICATION, { projects: " " });
      return "config-changed";
    case "relation-changed": {
      const count = requirersOf(scenario)[0]?.certificates ?? 0;
      requirer.offer(0, [...certificates.slice(1, count), ...certificates.slice(-1)]);
      return "api-relation-changed";
    }
    case "blocked":
      // The first hook tells the requirers, and the next one finds them told.
      model.untrust(APPLICATION);
      await switched.during(() => model.settle());
      model.configure(APPLICATION, { projects: "" });
      return "config-changed";
    case "relation-departed":
      model.trust(APPLICATION);
      await serve(course);
      model.removeRelation(requirer.relation);
      return "api-relation-departed";
    case "relation-broken":
      return "api-relation-broken";
    case "stop":
      relateAll(deployment, scenario, { certificates, prefix: "again" });
      await serve(course);
      model.removeApplication(APPLICATION);
      return "stop";
  }
}

/** Runs the next hook of a name, and passes over those before it. */
async function recordHook(
  { deployment: { model, lxd }, switched }: Course,
  hook: string,
): Promise<Recorded> {
  while (model.pending()[0]?.hook !== hook) {
    assert.ok(await model.step(), `${hook} follows`);
  }
  const before = await lxd.trustStore();
  const { path, cwd, env } = await switched.during(() => model.step());
  const run = model.runs.at(-1);
  assert.equal(run?.outcome, "done", run?.stderr);
  return { hook, path, cwd, env, tools: run.tools, before };
}

/** Serves every requirer that there is. */
async function serve({ deployment: { model }, switched }: Course): Promise<void> {
  await model.settle();
  for (let count = 0; count < MAXIMUM_HOOKS; count++) {
    model.updateStatus(APPLICATION);
    await switched.during(() => model.settle());
    if (model.status(UNIT).status === "active") return;
  }
  throw new Error(`Cannot serve the requirers: ${model.status(UNIT).message}`);
}
