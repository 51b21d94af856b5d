/**
 * The mark that we leave in LXD's trust store: the name of an entry tells whose it is.
 *
 * @module
 */

/** Who asks for certificates: a remote unit, or a remote application by its application databag. */
export interface Requirer {
  /** Id of the relation, its number alone: `3`. */
  readonly relation: string;
  /** Name of the remote unit, `my-charm/0`, or application, `my-charm`. */
  readonly name: string;
}

/** Whose an entry of ours is. */
export type Owner =
  | {
    readonly kind: "requirer";
    readonly relation: string;
    readonly slug: string;
  }
  | { readonly kind: "shared" }
  /** The original charm's, to be taken over: see `adoption.ts`. */
  | { readonly kind: "original" };

/** Writes and reads the names of one application's entries. */
export interface Mark {
  /** What every name of ours begins with: `<application>@<model uuid>:`. */
  readonly prefix: string;
}

/**
 * Makes the mark of an application in a model.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * const mark = createMark("lxd-integrator", "6f1c");
 * assert.equal(entryName(mark, { relation: "3", name: "my-charm/0" }), "lxd-integrator@6f1c:3:my-charm-0");
 * assert.deepEqual(parseOwner(mark, "lxd-integrator@6f1c:shared"), { kind: "shared" });
 * assert.equal(parseOwner(mark, "lxd-integrator@0000:shared"), undefined);
 * ```
 *
 * @param application Name of our application.
 * @param modelUuid UUID of our model: the same application may run in several models.
 * @returns The mark.
 */
export function createMark(application: string, modelUuid: string): Mark {
  return { prefix: `${application}@${modelUuid}:` };
}

/**
 * Names a requirer within an entry's name. LXD refuses `/` in names from 5.21.3 and 6.2 on. An
 * application's name never ends in a dash and digits, so no two requirers get the same slug.
 *
 * @param name Name of a unit or an application.
 * @returns The name with `-` for `/`.
 */
export function slug(name: string): string {
  return name.replace("/", "-");
}

/**
 * Names the entry of a certificate that one requirer wants.
 *
 * @param mark Our mark.
 * @param requirer The one who wants it.
 * @returns Name for LXD's trust store.
 */
export function entryName(mark: Mark, { relation, name }: Requirer): string {
  return `${mark.prefix}${relation}:${slug(name)}`;
}

/**
 * Names the entry of a certificate that several requirers want.
 *
 * @param mark Our mark.
 * @returns Name for LXD's trust store.
 */
export function sharedName(mark: Mark): string {
  return `${mark.prefix}shared`;
}

/**
 * Names, for as long as a hook runs, an entry of the original charm that is to be taken over.
 *
 * @param mark Our mark.
 * @returns A name that no entry in LXD's trust store is given.
 */
export function originalName(mark: Mark): string {
  return `${mark.prefix}original`;
}

/**
 * Reads whose an entry is.
 *
 * @param mark Our mark.
 * @param name Name of an entry in LXD's trust store.
 * @returns The owner, or undefined where the entry is foreign.
 */
export function parseOwner(mark: Mark, name: string): Owner | undefined {
  if (name === sharedName(mark)) return { kind: "shared" };
  if (name === originalName(mark)) return { kind: "original" };
  if (!name.startsWith(mark.prefix)) return undefined;
  const [, relation, slug] = name.slice(mark.prefix.length).match(/^(\d+):([^:]+)$/) ?? [];
  return relation && slug ? { kind: "requirer", relation, slug } : undefined;
}
