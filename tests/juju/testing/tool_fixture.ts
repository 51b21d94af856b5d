/**
 * Calls hook tools in a chosen hook, without any process.
 *
 * @module
 */

import type { CallTool } from "../agent/runner.ts";
import type { DeployOptions, Model, ModelOptions, RelationHandle } from "../model/api.ts";
import { createModel } from "../model/create_model.ts";
import { sampleCharm } from "./sample_charm.ts";
import { addWeb, DONE } from "./sample_model.ts";

/** A hook in which tools are called. */
export interface ToolFixture {
  readonly unit: string;
  /** Name of the hook or action. */
  readonly hook: string;
  /** Starts the hook. */
  readonly trigger: (
    model: Model,
    relation: RelationHandle,
  ) => unknown;
  readonly model?: ModelOptions;
  readonly deploy?: DeployOptions;
}

/**
 * Calls tools in the hook of a fixture.
 *
 * The model has sample/0 (the leader) and sample/1 with their peer relation 0. Relation 1 is with
 * web/0 and web/1, which have no charm.
 *
 * @throws {Error} If the hook does not run.
 */
export async function callInHook(
  fixture: ToolFixture,
  body: (call: CallTool, model: Model) => Promise<void>,
): Promise<void> {
  let isReady = false;
  let isCalled = false;
  // A dispatch file handles every hook. The model calls a function and does not start it.
  await using charm = await sampleCharm({ dispatch: "" });
  await using model = await createModel({
    uuid: "00000000-0000-4000-8000-000000000001",
    ...fixture.model,
    run: async ({ callTool, hook, unit }) => {
      if (isReady && !isCalled && unit === fixture.unit && hook === fixture.hook) {
        isCalled = true;
        await body(callTool, model);
      }
      return DONE;
    },
  });
  await model.deploy(charm.path, { units: 2, ...fixture.deploy });
  const relation = addWeb(model, 2);
  relation.write("web/0", { host: "a<b" });
  relation.writeApp("web", { flavor: "mild" });
  await model.settle();
  isReady = true;
  await fixture.trigger(model, relation);
  await model.settle();
  if (!isCalled) throw new Error(`Cannot call tools in ${fixture.hook}: it did not run`);
}

/** Fixtures that many tests need, by name. */
export const FIXTURES = {
  changed: {
    unit: "sample/0",
    hook: "api-relation-changed",
    trigger: (_, relation) => relation.write("web/0", { tick: "1" }),
  },
  follower: {
    unit: "sample/1",
    hook: "api-relation-changed",
    trigger: (_, relation) => relation.write("web/0", { tick: "1" }),
  },
  departed: {
    unit: "sample/0",
    hook: "api-relation-departed",
    trigger: (model) => model.removeUnit("web/0"),
  },
  broken: {
    unit: "sample/0",
    hook: "api-relation-broken",
    trigger: (model, relation) => model.removeRelation(relation),
  },
  forced: {
    unit: "sample/0",
    hook: "api-relation-departed",
    trigger: (model, relation) => model.removeRelation(relation, { force: true }),
  },
  forcedBroken: {
    unit: "sample/0",
    hook: "api-relation-broken",
    trigger: (model) => model.removeApplication("web", { force: true }),
  },
  ungranted: {
    unit: "sample/0",
    hook: "update-status",
    trigger: (model) => {
      model.addSecret("ungranted", { key: "value" });
      model.updateStatus("sample/0");
    },
  },
  config: {
    unit: "sample/0",
    hook: "config-changed",
    trigger: (model) => model.configure("sample", { port: 1 }),
  },
  trusted: {
    unit: "sample/0",
    hook: "update-status",
    trigger: (model) => model.updateStatus("sample/0"),
    deploy: { trust: true, config: { label: "x" } },
    model: {
      cloud: {
        type: "lxd",
        name: "localhost",
        region: "localhost",
        endpoint: "https://10.0.0.1:8443",
        credential: {
          "auth-type": "certificate",
          attrs: { "server-cert": "S\n", "client-cert": "C\n" },
        },
        "is-controller-cloud": true,
      },
    },
  },
  action: {
    unit: "sample/0",
    hook: "greet",
    trigger: (model) => model.runAction("sample/0", "greet", { loud: true, who: "world" }),
  },
} as const satisfies Record<string, ToolFixture>;
