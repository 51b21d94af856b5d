/**
 * The charm's executables: which there are, and whether the charm's declarations agree with them.
 *
 * @module
 */

import type { Charmcraft, Mapping } from "./charm_yaml.ts";
import { BuildError } from "./error.ts";
import type { PermissionSet } from "./permissions.ts";

/** A hook or an action, before it is bundled. */
export interface Executable {
  /** Its path in the charm, as Juju runs it: `hooks/<name>` or `actions/<name>`. */
  readonly path: string;
  /** Its entry file below the project's root. */
  readonly source: string;
  /** Name of its permission set in `deno.json`: `<name>` of a hook, `action-<name>` of an action. */
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
const RELATION_HOOKS = ["created", "joined", "changed", "departed", "broken"];

/**
 * Finds the entry files `hooks/<name>.ts` and `hooks/actions/<name>.ts`.
 *
 * @param root The project's root.
 * @returns The executables, sorted by path.
 * @throws {BuildError} If there is no hook.
 */
export async function findExecutables(
  root: string,
): Promise<readonly Executable[]> {
  const hooks = await entries(root, "hooks");
  if (hooks.length === 0) {
    throw new BuildError("Cannot build the charm: hooks/ has no hook");
  }
  const actions = await entries(root, "hooks/actions");
  return [
    ...actions.map((name) => ({
      path: `actions/${name}`,
      source: `hooks/actions/${name}.ts`,
      permissions: `action-${name}`,
    })),
    ...hooks.map((name) => ({
      path: `hooks/${name}`,
      source: `hooks/${name}.ts`,
      permissions: name,
    })),
  ];
}

/**
 * Checks that Juju would run each executable, that each action and each endpoint has one, and that each has its
 * permissions.
 *
 * @param executables The executables.
 * @param charmcraft The charm's declaration.
 * @param permissionSets The permission sets of `deno.json`, by name.
 * @throws {BuildError} If they do not agree.
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
    "charmcraft.yaml declares nothing that would run",
    [...has.difference(declared)],
  );
  refuse(
    "charmcraft.yaml declares actions that have no file hooks/actions/<name>.ts:",
    Object.keys(charmcraft.actions ?? {})
      .filter((name) => !has.has(`actions/${name}`)),
  );
  refuse(
    "charmcraft.yaml declares endpoints that have no file hooks/<endpoint>-relation-<event>.ts:",
    endpoints(charmcraft.all)
      .filter((endpoint) => !relationHooks(endpoint).some((hook) => has.has(hook))),
  );
  refuse(
    "deno.json has no permissions named",
    executables.map(({ permissions }) => permissions)
      .filter((name) => !Object.hasOwn(permissionSets, name)),
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
