/**
 * The commands of `juju` that change applications, units and relations.
 *
 * @module
 */
import { resolve } from "node:path/posix";
import type { RelationHandle } from "../../juju/mod.ts";
import type { Known } from "./controller.ts";
import type { Command } from "./juju_command.ts";

/** These commands. */
export const APPLICATIONS: Readonly<Record<string, Command>> = {
  "add-unit": {
    words: 1,
    perform: ({ controller, words: [application = ""] }) => {
      controller.current().model.addUnit(application);
    },
  },
  config: {
    words: 2,
    takesValues: true,
    options: { reset: "value" },
    perform: async ({ controller, words: [application = "", option], values, options, folder }) => {
      if (option !== undefined) throw new Error("Cannot read an option");
      const reset = options["reset"]?.split(",").map((name) => [name, null] as const) ?? [];
      const set = await Promise.all(
        Object.entries(values).map(async ([name, value]) => {
          return [
            name,
            value.startsWith("@") ? await read(folder, value.slice(1)) : value,
          ] as const;
        }),
      );
      controller.current().model.configure(application, Object.fromEntries([...reset, ...set]));
    },
  },
  deploy: {
    words: 2,
    options: { base: "value", constraints: "value", trust: "flag", n: "value" },
    perform: async ({ controller, words: [charm = "", name], options, folder }) => {
      const { base, trust, n } = options;
      await controller.current().model.deploy(charmAt(folder, charm), {
        ...name !== undefined && { name },
        ...base !== undefined && { base },
        ...n !== undefined && { units: Number(n) },
        trust: trust !== undefined,
      });
    },
  },
  integrate: {
    words: 2,
    perform: ({ controller, words }) => {
      const { model, relations } = controller.current();
      const [one = "", other = ""] = words;
      relations.set(words, model.relate(one, other));
    },
  },
  refresh: {
    words: 1,
    options: { path: "value" },
    perform: async ({ controller, words: [application = ""], options, folder }) => {
      const { model } = controller.current();
      await model.refresh(application, charmAt(folder, options["path"] ?? ""));
    },
  },
  "remove-application": {
    words: Infinity,
    options: { force: "flag", "no-wait": "flag", "no-prompt": "flag" },
    perform: ({ controller, words, options }) => {
      const { model } = controller.current();
      const force = options["force"] !== undefined;
      for (const application of words) model.removeApplication(application, { force });
    },
  },
  "remove-relation": {
    words: 2,
    options: { force: "flag" },
    perform: ({ controller, words, options }) => {
      const known = controller.current();
      const force = options["force"] !== undefined;
      known.model.removeRelation(relationOf(known, words), { force });
    },
  },
  "remove-unit": {
    words: 1,
    options: { force: "flag", "no-prompt": "flag" },
    perform: ({ controller, words: [unit = ""], options }) => {
      controller.current().model.removeUnit(unit, { force: options["force"] !== undefined });
    },
  },
  "set-application-base": {
    words: 2,
    perform: ({ controller, words: [application = "", base = ""] }) => {
      controller.current().model.setApplicationBase(application, base);
    },
  },
  trust: {
    words: 1,
    options: { remove: "flag" },
    perform: ({ controller, words: [application = ""], options }) => {
      const { model } = controller.current();
      if (options["remove"] === undefined) model.trust(application);
      else model.untrust(application);
    },
  },
};

/** Returns the path of a charm. Nothing here reaches Charmhub. */
function charmAt(folder: string, charm: string): string {
  if (!charm.startsWith("./")) throw new Error(`Cannot deploy "${charm}": it is no local charm`);
  return resolve(folder, charm);
}

async function read(folder: string, path: string): Promise<string> {
  return await Deno.readTextFile(resolve(folder, path));
}

function relationOf({ relations }: Known, words: readonly string[]): RelationHandle {
  const names = words.toSorted().join();
  for (const [ends, relation] of relations) {
    if (relation.exists() && ends.toSorted().join() === names) return relation;
  }
  throw new Error(`Cannot find the relation ${words.join(" ")}`);
}
