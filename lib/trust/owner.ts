/**
 * The mark that we leave in LXD's trust store: the name of an entry tells whose it is.
 *
 * @module
 */
import type { Fingerprint } from "../requirer/certificate.ts";

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

// Enough to tell certificates apart, and what `lxc config trust list` shows of a fingerprint.
const DIGITS = 12;
const OWNER_REGEXP =
  /^(?:shared|(?<relation>\d+):(?<slug>[^:]+))(?::(?:[0-9a-f]{12}|[0-9a-f]{64}))?$/;

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
 * const name = "lxd-integrator@6f1c:shared:2274d312f072";
 * assert.deepEqual(parseOwner(mark, name), { kind: "shared" });
 * assert.equal(parseOwner(mark, "lxd-integrator@0000:shared:2274d312f072"), undefined);
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
 * Names the entry of a certificate. From 5.21.5 and 6.6 on, LXD takes a name only once, for clients,
 * members and identities together, so the name ends in digits of the fingerprint.
 *
 * @example Names
 * ```ts
 * import assert from "node:assert/strict";
 * import type { Fingerprint } from "../requirer/certificate.ts";
 * const mark = createMark("lxd-integrator", "6f1c");
 * const fingerprint = "2274d312f072".padEnd(64, "0") as Fingerprint;
 * const requirer = { relation: "3", name: "my-charm/0" };
 * assert.equal(
 *   entryName(mark, requirer, fingerprint),
 *   "lxd-integrator@6f1c:3:my-charm-0:2274d312f072",
 * );
 * assert.equal(entryName(mark, undefined, fingerprint), "lxd-integrator@6f1c:shared:2274d312f072");
 * ```
 *
 * @param mark Our mark.
 * @param requirer The one who wants it; undefined where several do.
 * @param fingerprint The certificate's.
 * @returns Name for LXD's trust store.
 */
export function entryName(
  mark: Mark,
  requirer: Requirer | undefined,
  fingerprint: Fingerprint,
): string {
  const owner = requirer ? `${requirer.relation}:${slug(requirer.name)}` : "shared";
  return `${mark.prefix}${owner}:${fingerprint.slice(0, DIGITS)}`;
}

/**
 * Names the same entry with all digits of the fingerprint, for where the short name is in use.
 *
 * @param name What {@linkcode entryName} gives.
 * @param fingerprint The certificate's.
 * @returns Name for LXD's trust store.
 */
export function fullName(name: string, fingerprint: Fingerprint): string {
  return `${name.slice(0, -DIGITS)}${fingerprint}`;
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
 * Reads whose an entry is. Former versions of this charm gave names without digits. The digits need
 * not be the certificate's: a client may renew its own certificate within its entry.
 *
 * @param mark Our mark.
 * @param name Name of an entry in LXD's trust store.
 * @returns The owner, or undefined where the entry is foreign.
 */
export function parseOwner(mark: Mark, name: string): Owner | undefined {
  if (name === originalName(mark)) return { kind: "original" };
  if (!name.startsWith(mark.prefix)) return undefined;
  const groups = name.slice(mark.prefix.length).match(OWNER_REGEXP)?.groups;
  if (!groups) return undefined;
  const { relation, slug } = groups;
  return relation && slug ? { kind: "requirer", relation, slug } : { kind: "shared" };
}
