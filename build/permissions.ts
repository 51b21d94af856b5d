/**
 * The permission sets of `deno.json`, as flags of `deno run`.
 *
 * @module
 */

import * as z from "zod/mini";
import { BuildError } from "./error.ts";

/** Values of one kind of permission: true for all, false for none, or a list. */
export type Values = boolean | readonly string[];

/** One kind of permission. */
export type Permission = Values | {
  /** Allowed values. */
  readonly allow?: Values | undefined;
  /** Refused values, even if they are allowed as well. */
  readonly deny?: Values | undefined;
  /** Values that look absent instead of being refused. */
  readonly ignore?: Values | undefined;
};

/** A permission set. Everything that is not in it is refused. */
export type PermissionSet =
  & {
    /** Whether the kinds that are not listed are allowed. */
    readonly all?: boolean | undefined;
  }
  & { readonly [kind in Kind]?: Permission | undefined };

/** A kind of permission. */
export type Kind = typeof KINDS[number];

/** The kinds of permission. */
export const KINDS = [
  "read",
  "write",
  "import",
  "env",
  "net",
  "run",
  "ffi",
  "sys",
] as const;
const FIRST_LINE_REGEXP = /^#!\/usr\/bin\/env -S deno run -P=([\w-]+)\n/;
const PATHS: ReadonlySet<Kind> = new Set(["read", "write", "ffi"]);

const Wire = z.union([z.boolean(), z.array(z.string().check(z.minLength(1)))]);
const WirePermission = z.union([
  Wire,
  z.strictObject({
    allow: z.optional(Wire),
    deny: z.optional(Wire),
    ignore: z.optional(Wire),
  }),
]);
const WireSet = z.strictObject({
  all: z.optional(z.boolean()),
  read: z.optional(WirePermission),
  write: z.optional(WirePermission),
  import: z.optional(WirePermission),
  env: z.optional(WirePermission),
  net: z.optional(WirePermission),
  run: z.optional(WirePermission),
  ffi: z.optional(WirePermission),
  sys: z.optional(WirePermission),
});
const WireConfig = z.looseObject({
  permissions: z.optional(z.record(z.string(), WireSet)),
});

/**
 * Reads the permission sets of `deno.json`.
 *
 * @param value The content of `deno.json`.
 * @returns Permission sets by name.
 * @throws {BuildError} If a permission set is malformed.
 */
export function parsePermissionSets(
  value: unknown,
): Readonly<Record<string, PermissionSet>> {
  const { data, error } = z.safeParse(WireConfig, value);
  if (data) return data.permissions ?? {};
  const where = error.issues.map(({ path }) => path.join("."));
  throw new BuildError(
    `Cannot read deno.json: malformed: ${where.join(", ")}`,
  );
}

/**
 * Reads the name of a permission set from the first line of an entry file.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(permissionSetOf("#!/usr/bin/env -S deno run -P=changed\n"), "changed");
 * assert.equal(permissionSetOf("await runHook(changed);\n"), undefined);
 * ```
 *
 * @param text Text of the entry file.
 * @returns Name of the set; undefined if the first line names none.
 */
export function permissionSetOf(text: string): string | undefined {
  return FIRST_LINE_REGEXP.exec(text)?.[1];
}

/**
 * Translates a permission set to flags of `deno run`. Deno refuses what no flag allows.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(permissionFlags("start", { env: ["JUJU_*"], net: true }), [
 *   "--deny-import",
 *   "--allow-env=JUJU_*",
 *   "--allow-net",
 * ]);
 * ```
 *
 * @param name Name of the set, for the error.
 * @param set The set.
 * @returns The flags.
 * @throws {BuildError} If a value has another meaning in the charm, such as a relative path.
 */
export function permissionFlags(
  name: string,
  set: PermissionSet,
): readonly string[] {
  return KINDS.flatMap((kind) => {
    const permission = set[kind] ?? set.all ?? false;
    const { allow = false, deny = false, ignore = false } = isValues(permission)
      ? { allow: permission }
      : permission;
    const of = (what: string, values: Values) => {
      check(values, { name, kind });
      return flag(`--${what}-${kind}`, values);
    };
    return [
      ...of("allow", allow),
      // Deno allows imports from some hosts unless told otherwise.
      ...of("deny", kind === "import" && isNothing(allow) ? true : deny),
      ...of("ignore", ignore),
    ];
  });
}

function isValues(permission: Permission): permission is Values {
  return typeof permission === "boolean" || Array.isArray(permission);
}

function isNothing(values: Values): boolean {
  return values === false || (values !== true && values.length === 0);
}

function flag(option: string, values: Values): readonly string[] {
  if (isNothing(values)) return [];
  return [values === true ? option : `${option}=${[values].flat().join()}`];
}

/** Refuses values that have another meaning in the charm. */
function check(values: Values, { name, kind }: { readonly name: string; readonly kind: Kind }) {
  if (typeof values === "boolean") return;
  for (const value of values) {
    const defect = defectOf(value, kind);
    if (defect === undefined) continue;
    throw new BuildError(
      `Cannot grant ${kind} "${value}" of the permissions "${name}": ${defect}`,
    );
  }
}

function defectOf(value: string, kind: Kind): string | undefined {
  if (value.includes(",")) return "it has a comma";
  const isPath = PATHS.has(kind) || (kind === "run" && value.includes("/"));
  // In deno.json a path is relative to its own directory, in a flag to the working directory of the hook.
  return isPath && !value.startsWith("/") ? "it is a relative path" : undefined;
}
