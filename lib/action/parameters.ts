/**
 * Reads the parameters of an action. Juju checks them, too; an older client may not.
 *
 * @module
 */

/** One parameter. */
export interface Parameter<T> {
  /** Its value if it is not given. */
  readonly default: T;
  /** The values that it takes, for the message. */
  readonly form: string;
  /** Reads a value; undefined if the parameter does not take it. */
  readonly read: (value: unknown) => T | undefined;
}

/** The parameters of an action, by name. */
export type Parameters<P> = { readonly [K in keyof P]: Parameter<P[K]> };

/** Parameters that were read, or why they cannot be. */
export type ReadParameters<P> =
  | { readonly kind: "read"; readonly values: P }
  | { readonly kind: "unreadable"; readonly reason: string };

const UUID_REGEXP = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Declares a parameter that is true or false. */
export function flag(standard: { readonly default: boolean }): Parameter<boolean> {
  return {
    ...standard,
    form: "true or false",
    read: (value) => typeof value === "boolean" ? value : undefined,
  };
}

/** Declares a parameter that is the UUID of a model, and may be left out. */
export const MODEL: Parameter<string | null> = {
  default: null,
  form: "the UUID of a model, as juju show-model prints it",
  read: (value) => typeof value === "string" && UUID_REGEXP.test(value) ? value : undefined,
};

/**
 * Reads parameters.
 *
 * @example One of them, and an unknown one
 * ```ts
 * import assert from "node:assert/strict";
 * const declared = { all: flag({ default: false }) };
 * assert.deepEqual(readParameters(declared, { all: true }), { kind: "read", values: { all: true } });
 * assert.equal(readParameters(declared, { al: true }).kind, "unreadable");
 * ```
 *
 * @param given The output of `action-get`.
 */
export function readParameters<P>(declared: Parameters<P>, given: unknown): ReadParameters<P> {
  const values: Record<string, unknown> = {};
  const names = Object.keys(declared);
  const known = names.length > 0 ? `it has ${names.join(", ")}` : "it has none";
  const unreadable = (reason: string) => ({ kind: "unreadable", reason }) as const;
  if (typeof given !== "object" || given === null) return unreadable("Cannot read the parameters");
  const unknown = Object.keys(given).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    return unreadable(`Cannot use the parameter "${unknown}": the action lacks it, ${known}`);
  }
  for (const [name, parameter] of Object.entries<Parameter<unknown>>(declared)) {
    const value = (given as Readonly<Record<string, unknown>>)[name];
    values[name] = value === undefined ? parameter.default : parameter.read(value);
    if (values[name] === undefined) {
      return unreadable(`Cannot use the parameter ${name}: it must be ${parameter.form}`);
    }
  }
  return { kind: "read", values: values as P };
}
