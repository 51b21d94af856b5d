/**
 * The bases of a charm (core/charm/computedbase.go, core/charm/baseselector.go). A base is the
 * operating system of a machine, such as `ubuntu@24.04`.
 *
 * @module
 */

import type { Charm } from "./charm.ts";
import { asMap } from "./manifests.ts";

/** The base that Juju prefers (core/base, DefaultSupportedLTSBase). */
const PREFERRED = "ubuntu@24.04";

/** Parses the bases of manifest.yaml. */
export function parseBases(manifest: Record<string, unknown>): readonly string[] {
  const bases = manifest["bases"] ?? [];
  if (!Array.isArray(bases)) throw new Error("Cannot read manifest.yaml: bases must be a list");
  return bases.map((value) => {
    const { name, channel } = asMap(value, "base");
    if (!name || !channel) throw new Error("Cannot read manifest.yaml: a base needs a channel");
    return `${name}@${channel}`.replace(/\/stable$/, "");
  });
}

/**
 * Returns the base for a new application; undefined if the charm names no base, and the operator
 * none either.
 *
 * @param requested The base of `juju deploy --base`.
 * @throws {Error} as Juju does, if the charm does not support the base.
 */
export function chooseBase(
  { bases }: Pick<Charm, "bases">,
  requested: string | undefined,
): string | undefined {
  if (requested === undefined) return bases.includes(PREFERRED) ? PREFERRED : bases[0];
  if (bases.length === 0 || bases.includes(requested)) return requested;
  throw new Error(
    `base "${requested}/stable" is not supported, supported bases are: ${bases.join(", ")}`,
  );
}

/**
 * Refuses a charm that does not support the base of an application.
 *
 * @throws {Error} as Juju does.
 */
export function checkBase({ bases }: Pick<Charm, "bases">, base: string | undefined): void {
  if (base === undefined || bases.length === 0 || bases.includes(base)) return;
  throw new Error(
    `base "${base}" not supported by charm, the charm supported bases are: ${bases.join(", ")}`,
  );
}
