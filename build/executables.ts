/**
 * The executables of the charm, and the check that its declarations match them.
 *
 * @module
 */

import type { Charmcraft, Mapping } from "./charm_yaml.ts";
import { BuildError } from "./error.ts";
import { type PermissionSet, permissionSetOf } from "./permissions.ts";

/** A hook or an action, before it is bundled. */
export interface Executable {
  /** Path in the charm: `hooks/<name>` or `actions/<name>`. */
  readonly path: string;
  /** Path of the entry file below the project's root. */
  readonly source: string;
  /** Unique name: `<name>` for a hook, `action-<name>` for an action. */
  readonly name: string;
  /** Name of the permission set in `deno.json`, from the first line of the entry file. */
  readonly permissions: string;
}

const HOOKS: ReadonlySet<string> = new Set([
  "config-changed",
  "install",
  "leader-elected",
  "leader-settings-changed",
  "remove",
  "secret-changed",
  "secret-expired",
  "secret-remove",
  "secret-rotate",
  "start",
  "stop",
  "update-status",
  "upgrade-charm",
]);
/** The permission set of the build itself, which is a part of this project. */
const BUILD = "build";
const RELATION_HOOKS = ["created", "joined", "changed", "departed", "broken"];

/**
 * Finds the entry files `hooks/<name>.ts` and `actions/<name>.ts`.
 *
 * @param root The project's root.
 * @returns The executables, sorted by path.
 * @throws {BuildError} If the project has no hook, or if an entry file names no permission set.
 */
export async function findExecutables(
  root: string,
): Promise<readonly Executable[]> {
  const hooks = await entries(root, "hooks");
  if (hooks.length === 0) {
    throw new BuildError("Cannot build the charm: hooks/ has no hook");
  }
  const actions = await entries(root, "actions");
  const found = await Promise.all([
    ...actions.map((name) => ({
      path: `actions/${name}`,
      source: `actions/${name}.ts`,
      name: `action-${name}`,
    })),
    ...hooks.map((name) => ({ path: `hooks/${name}`, source: `hooks/${name}.ts`, name })),
  ].map(async (executable) => {
    const text = await Deno.readTextFile(`${root}/${executable.source}`);
    return { ...executable, permissions: permissionSetOf(text) ?? "" };
  }));
  refuse(
    'the first line must be "#!/usr/bin/env -S deno run -P=<permission set>" in',
    found.filter(({ permissions }) => permissions === "").map(({ source }) => source),
  );
  return found;
}

/**
 * Checks that Juju would run each executable, that each action and each endpoint has an executable, that `deno.json` has
 * the permission set of each executable, and that each permission set is used.
 *
 * @param executables The executables.
 * @param charmcraft The content of `charmcraft.yaml`.
 * @param permissionSets The permission sets of `deno.json`, by name.
 * @throws {BuildError} If one of these checks fails.
 */
export function checkExecutables(
  executables: readonly Executable[],
  charmcraft: Charmcraft,
  permissionSets: Readonly<Record<string, PermissionSet>>,
): void {
  const has = new Set(executables.map(({ path }) => path));
  const declared = new Set([
    ...HOOKS.values().map((name) => `hooks/${name}`),
    ...endpoints(charmcraft.all).flatMap(relationHooks),
    ...Object.keys(charmcraft.actions ?? {}).map((name) => `actions/${name}`),
  ]);
  refuse(
    "no event of Juju, no endpoint and no action of charmcraft.yaml would run",
    [...has.difference(declared)],
  );
  refuse(
    "charmcraft.yaml declares actions that have no file actions/<name>.ts:",
    Object.keys(charmcraft.actions ?? {})
      .filter((name) => !has.has(`actions/${name}`)),
  );
  refuse(
    "charmcraft.yaml declares endpoints that have no file hooks/<endpoint>-relation-<event>.ts:",
    endpoints(charmcraft.all)
      .filter((endpoint) => !relationHooks(endpoint).some((hook) => has.has(hook))),
  );
  const sets = new Set(Object.keys(permissionSets));
  const used = new Set(executables.map(({ permissions }) => permissions));
  refuse("deno.json has no permissions named", [...used.difference(sets)]);
  refuse(
    "deno.json has permissions that no first line in hooks/ or actions/ names:",
    [...sets.difference(used)].filter((name) => name !== BUILD),
  );
}

function refuse(problem: string, names: readonly string[]): void {
  if (names.length === 0) return;
  const list = names.map((name) => `"${name}"`).join(", ");
  throw new BuildError(`Cannot build the charm: ${problem} ${list}`);
}

function endpoints(all: Mapping): readonly string[] {
  return [all["provides"], all["requires"], all["peers"]]
    .flatMap((endpoints) => Object.keys(endpoints ?? {}));
}

function relationHooks(endpoint: string): readonly string[] {
  return RELATION_HOOKS.map((event) => `hooks/${endpoint}-relation-${event}`);
}

async function entries(
  root: string,
  folder: string,
): Promise<readonly string[]> {
  const names: string[] = [];
  try {
    for await (const { name, isFile } of Deno.readDir(`${root}/${folder}`)) {
      if (isFile && name.endsWith(".ts") && !name.endsWith("_test.ts")) {
        names.push(name.slice(0, -".ts".length));
      }
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.toSorted();
}
