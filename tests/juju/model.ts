/**
 * A Juju model in a process: deploys charms, runs their hooks as Juju would,
 * and shows what came of it.
 *
 * @module
 */

import { join } from "node:path/posix";
import { actionContext, actionResult } from "./actions.ts";
import type { Model, ModelOptions, PendingHook, RelationHandle, SettleOptions } from "./api.ts";
import { checkOption, readCharm } from "./charm.ts";
import { findEnds } from "./endpoints.ts";
import { agentPaths } from "./environment.ts";
import { createExecutor, type HookRun } from "./execute.ts";
import { createFaults } from "./faults.ts";
import {
  createApplication,
  createRelation,
  createUnit,
  destroyApplication,
  destroyRelation,
  destroyUnit,
  nextHooks,
  refreshCharm,
} from "./lifecycle.ts";
import { appBag, writeBag } from "./relations.ts";
import { runProcess } from "./runner.ts";
import { newSecret, reviseSecret } from "./secrets.ts";
import {
  allUnits,
  type Application,
  byText,
  type ConfigValue,
  type Endpoint,
  getApplication,
  getUnit,
  type HookInfo,
  type ModelState,
  type Relation,
  type RelationEnd,
  type Secret,
  type Unit,
} from "./state.ts";
import { expandCharm } from "./store.ts";
import { overallStatus } from "./tools/status.ts";

export type * from "./api.ts";

const AGENT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin";
const DEFAULT_MAX_HOOKS = 1000;
const FIRST_OPERATION = 2;

/** Creates an empty model. On disposal nothing of it is left. */
export async function createModel(
  {
    name = "test",
    uuid = crypto.randomUUID(),
    cloud,
    jujuVersion = "3.6.28",
    legacyProxy = {},
    reads = "documented",
    path = AGENT_PATH,
    run = runProcess,
    pick = () => 0,
  }: ModelOptions = {},
): Promise<Model> {
  const state: ModelState = {
    name,
    uuid,
    jujuVersion,
    legacyProxy,
    path,
    reads,
    cloud,
    applications: new Map(),
    relations: new Map(),
    secrets: new Map(),
    log: [],
    nextRelation: 0,
    nextMachine: 0,
    nextOperation: FIRST_OPERATION,
    nextSecret: 1,
  };
  // Short, as the path of a unix socket has 108 bytes at most.
  const root = await Deno.makeTempDir({ prefix: "juju-" });
  const { faults, plan } = createFaults();
  const runs: HookRun[] = [];
  const executor = createExecutor({
    model: state,
    root,
    plan,
    run,
    onRun: (done) => runs.push(done),
  });

  const agentDir = (unit: string) => join(root, "agents", `unit-${unit.replace("/", "-")}`);
  const load = async (charm: string) => await readCharm(await expandCharm(charm), jujuVersion);

  function addUnit(application: Application): string {
    const agent = application.charm ? agentDir : () => undefined;
    return createUnit(state, application, agent).name;
  }

  function candidates(): readonly { unit: Unit; hook: HookInfo }[] {
    return allUnits(state).flatMap((unit) =>
      nextHooks(state, unit).map((hook) => ({ unit, hook }))
    );
  }

  function show(
    { unit, hook }: { unit: Unit; hook: HookInfo },
  ): PendingHook {
    return {
      unit: unit.name,
      hook: hook.hook,
      ...(hook.relationId !== undefined && { relation: hook.relationId }),
      ...(hook.remoteUnit !== undefined && { remoteUnit: hook.remoteUnit }),
    };
  }

  /** Hooks and actions of a model run one at a time. */
  let busy: Promise<unknown> = Promise.resolve();
  function alone<T>(work: () => Promise<T>): Promise<T> {
    const result = busy.then(work);
    busy = result.catch(() => undefined);
    return result;
  }

  function step(): Promise<HookRun | undefined> {
    return alone(async () => {
      const found = candidates();
      if (found.length === 0) return undefined;
      const index = found.length === 1 ? 0 : pick(found.map(show));
      const chosen = found[index];
      if (chosen) return await executor.runHook(chosen.unit, chosen.hook);
      throw new RangeError(
        `Cannot pick hook ${index}: there are ${found.length}`,
      );
    });
  }

  async function settle(
    { replays = 0, maxHooks = DEFAULT_MAX_HOOKS }: SettleOptions = {},
  ): Promise<void> {
    const failures = new Map<string, number>();
    for (let count = 0; count < maxHooks; count++) {
      const done = await step();
      if (done === undefined) return;
      if (done.outcome !== "failed") {
        failures.delete(done.unit);
        continue;
      }
      const failed = (failures.get(done.unit) ?? 0) + 1;
      failures.set(done.unit, failed);
      if (failed > replays) throw hookError(done);
    }
    throw new Error(`Cannot settle: more than ${maxHooks} hooks ran`);
  }

  function handle(relation: Relation): RelationHandle {
    const unitBag = (unit: string) => {
      const bag = relation.unitBags.get(unit);
      if (bag) return bag;
      throw new Error(
        `Cannot find databag of "${unit}": it never entered relation ${relation.id}`,
      );
    };
    const checkApp = (application: string) => {
      if (relation.ends.some((end) => end.application === application)) return;
      throw new Error(
        `Cannot find databag of "${application}": it is not in relation ${relation.id}`,
      );
    };
    return {
      id: String(relation.id),
      exists: () => state.relations.has(relation.id),
      write: (unit, changes) => {
        writeBag(unitBag(unit), changes);
      },
      writeApp: (application, changes) => {
        checkApp(application);
        writeBag(appBag(relation, application), changes);
      },
      read: (unit) => ({ ...unitBag(unit).settings }),
      readApp: (application) => {
        checkApp(application);
        return { ...appBag(relation, application).settings };
      },
      units: () => [...relation.scope].sort(byText),
    };
  }

  function findRelation({ id }: RelationHandle): Relation {
    const relation = state.relations.get(Number(id));
    if (relation) return relation;
    throw new Error(`Cannot find relation ${id}: it is not in the model`);
  }

  function findSecret(uri: string): Secret {
    const secret = state.secrets.get(uri.replace(/^secret:/, ""));
    if (secret) return secret;
    throw new Error(`Cannot find secret "${uri}": it is not in the model`);
  }

  return {
    name,
    uuid,
    runs,
    log: state.log,
    faults,

    async deploy(
      path,
      { config = {}, name: given, trust = false, units = 1 } = {},
    ) {
      const charm = await load(path);
      for (const [key, value] of Object.entries(config)) {
        checkOption(charm, key, value);
      }
      const application = createApplication(
        state,
        given ?? charm.name,
        charm,
        charm.endpoints,
      );
      setConfig(application, config);
      application.trust = trust;
      for (let i = 0; i < units; i++) addUnit(application);
      return application.name;
    },
    addApplication(given, { endpoints, units = 1 }) {
      const found = new Map(
        Object.entries(endpoints).map((
          [key, value],
        ): [string, Endpoint] => [key, { name: key, ...value }]),
      );
      const application = createApplication(state, given, undefined, found);
      for (let i = 0; i < units; i++) addUnit(application);
      return given;
    },
    relate(a, b) {
      const ends = findEnds(state, a, b);
      const key = (end: RelationEnd) => `${end.application}:${end.endpoint.name}`;
      const twice = [...state.relations.values()].some((relation) =>
        ends.every((end) => relation.ends.some((e) => key(e) === key(end)))
      );
      if (twice) {
        throw new Error(
          `Cannot relate ${ends.map(key).join(" to ")}: they are related already`,
        );
      }
      return handle(createRelation(state, ends));
    },
    addUnit: (application) => addUnit(getApplication(state, application)),
    removeUnit: (unit, { force = false } = {}) => destroyUnit(state, getUnit(state, unit), force),
    removeRelation: (relation, { force = false } = {}) =>
      destroyRelation(state, findRelation(relation), force),
    removeApplication: (application, { force = false } = {}) =>
      destroyApplication(state, getApplication(state, application), force),
    async refresh(given, path) {
      const charm = await load(path);
      refreshCharm(state, getApplication(state, given), charm);
    },
    configure(given, config) {
      const application = getApplication(state, given);
      if (!application.charm) {
        throw new Error(`Cannot configure "${given}": it has no charm`);
      }
      for (const [key, value] of Object.entries(config)) {
        if (value !== null) checkOption(application.charm, key, value);
        else if (!application.charm.options.has(key)) {
          throw new Error(`Cannot configure "${given}": no option "${key}"`);
        }
      }
      setConfig(application, config);
    },
    trust: (application) => {
      getApplication(state, application).trust = true;
    },
    untrust: (application) => {
      getApplication(state, application).trust = false;
    },
    setCloud: (next) => {
      state.cloud = next;
    },
    setLeader: (unit) => {
      const { agentDir: agent, application, name: leader } = getUnit(
        state,
        unit,
      );
      if (agent === undefined) {
        throw new Error(`Cannot make "${unit}" the leader: it has no charm`);
      }
      getApplication(state, application).leader = leader;
    },
    updateStatus: (given) => {
      const units = given.includes("/")
        ? [getUnit(state, given)]
        : getApplication(state, given).units.values();
      for (const unit of units) unit.updateStatus = true;
    },
    resolve: (given) => {
      const unit = getUnit(state, given);
      if (!unit.failed) {
        throw new Error(`Cannot resolve "${given}": no hook has failed`);
      }
      executor.skip(unit, unit.failed);
    },

    pending: () => candidates().map(show),
    step,
    settle,
    runAction: (unit, action, params = {}) =>
      alone(async () => {
        const context = actionContext(
          state,
          getUnit(state, unit),
          action,
          params,
        );
        const done = await executor.runAction(getUnit(state, unit), context);
        return actionResult(done, context);
      }),

    addSecret(given, content) {
      const owner = { kind: "model", id: uuid } as const;
      const secret = newSecret(state, owner, content, { name: given });
      state.secrets.set(secret.id, secret);
      return `secret:${secret.id}`;
    },
    updateSecret: (uri, content) => reviseSecret(findSecret(uri), content),
    grantSecret: (uri, application) => {
      const { name: grantee } = getApplication(state, application);
      findSecret(uri).grants.set(grantee, undefined);
    },
    revokeSecret: (uri, application) => {
      findSecret(uri).grants.delete(application);
    },
    removeSecret: (uri) => {
      state.secrets.delete(findSecret(uri).id);
    },

    status: (given) => {
      const { agentStatus, failed, status } = getUnit(state, given);
      const shown = failed ? agentStatus : status;
      return { status: shown.status, message: shown.message };
    },
    applicationStatus: (given) => {
      const { message, status } = overallStatus(getApplication(state, given));
      return { status, message };
    },
    units: (given) => [...getApplication(state, given).units.keys()],
    applications: () => [...state.applications.keys()],
    leader: (given) => getApplication(state, given).leader,
    workloadVersion: (given) => getApplication(state, given).version,
    openedPorts: (unit) => [...getUnit(state, unit).ports].sort(byText),
    charmState: (unit) => Object.fromEntries(getUnit(state, unit).charmState),
    charmDir: (unit) => agentPaths(agentDir(unit)).charmDir,

    async [Symbol.asyncDispose]() {
      await executor[Symbol.asyncDispose]();
      await busy;
      await Deno.remove(root, { recursive: true });
    },
  };
}

function hookError({ error, hook, stderr, stdout, unit }: HookRun): Error {
  const output = [stderr, stdout].filter((text) => text !== "").join("\n");
  return new Error(
    `Cannot settle: hook "${hook}" of ${unit} failed: ${error}\n${output}`,
  );
}

function setConfig(
  { config }: Application,
  changes: Readonly<Record<string, ConfigValue | null>>,
): void {
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) config.delete(key);
    else config.set(key, value);
  }
}
