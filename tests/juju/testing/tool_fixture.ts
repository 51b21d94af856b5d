/**
 * Calls tools inside of a chosen hook, without any process, for the tests of
 * the tools.
 *
 * @module
 */

import type { CallTool } from "../agent/runner.ts";
import type { DeployOptions, Model, ModelOptions, RelationHandle } from "../model/api.ts";
import { createModel } from "../model/create_model.ts";
import { sampleCharm } from "./sample_charm.ts";

/** A place in a model's life where tools are called. */
export interface Scene {
  readonly unit: string;
  /** Name of the hook or action. */
  readonly hook: string;
  /** Makes the hook run. */
  readonly trigger: (
    model: Model,
    relation: RelationHandle,
  ) => unknown;
  readonly model?: ModelOptions;
  readonly deploy?: DeployOptions;
}

/**
 * Plays a scene: sample/0 (the leader) and sample/1 with peers in relation 0,
 * related to web/0 and web/1, which are driven by hand, in relation 1.
 */
export async function play(
  scene: Scene,
  body: (call: CallTool, model: Model) => Promise<void>,
): Promise<void> {
  let armed = false;
  let played = false;
  // A dispatch that is there but never started: every hook is called for.
  await using charm = await sampleCharm({ dispatch: "" });
  await using model = await createModel({
    uuid: "00000000-0000-4000-8000-000000000001",
    ...scene.model,
    run: async ({ callTool, hook, unit }) => {
      if (armed && !played && unit === scene.unit && hook === scene.hook) {
        played = true;
        await body(callTool, model);
      }
      return { code: 0, signal: null, stdout: "", stderr: "" };
    },
  });
  await model.deploy(charm.path, { units: 2, ...scene.deploy });
  model.addApplication("web", {
    units: 2,
    endpoints: { http: { role: "requires", interface: "http" } },
  });
  const relation = model.relate("sample:api", "web:http");
  relation.write("web/0", { host: "a<b" });
  relation.writeApp("web", { flavor: "mild" });
  await model.settle();
  armed = true;
  await scene.trigger(model, relation);
  await model.settle();
  if (!played) throw new Error(`Cannot play ${scene.hook}: it did not run`);
}

/** Scenes that many tests need. */
export const SCENES = {
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
  stranger: {
    unit: "sample/0",
    hook: "update-status",
    trigger: (model) => {
      model.addSecret("strange", { key: "value" });
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
} as const satisfies Record<string, Scene>;
