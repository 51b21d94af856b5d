/**
 * The names of our entries in LXD's trust store. They tell the owner of an entry.
 *
 * @module
 */
import type { Fingerprint } from "../requirer/certificate.ts";

/** A remote unit that wants certificates, or a remote application that does so in its databag. */
export interface Requirer {
  /** Id of the relation, its number alone: `3`. */
  readonly relation: string;
  /** Name of the remote unit, `my-charm/0`, or application, `my-charm`. */
  readonly name: string;
}

/** The owner of an entry of ours. */
export type Owner =
  | {
    readonly kind: "requirer";
    readonly relation: string;
    readonly slug: string;
  }
  | { readonly kind: "shared" }
  /** The original charm, whose entries are adopted: see `adopt.ts`. */
  | { readonly kind: "original" };

// They tell certificates apart, and `lxc config trust list` shows as many of a fingerprint.
const DIGITS = 12;
const OWNER_REGEXP =
  /^(?:shared|(?<relation>\d+):(?<slug>[^:]+))(?::(?:[0-9a-f]{12}|[0-9a-f]{64}))?$/;

/** The mark in the names of one application's entries. */
export interface Mark {
  /** The beginning of every name: `<application>@<model uuid>:`. */
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
 * @param modelUuid UUID of the model: the same application may run in several models.
 */
export function createMark(application: string, modelUuid: string): Mark {
  return { prefix: `${application}@${modelUuid}:` };
}

/**
 * Names a requirer within an entry's name, with `-` for `/`. LXD refuses `/` in names from 5.21.3 and
 * 6.2 on. An application's name never ends in a dash and digits, so no two requirers get the same slug.
 *
 * @example A unit
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(slug("my-charm/0"), "my-charm-0");
 * ```
 */
export function slug(name: string): string {
  return name.replace("/", "-");
}

/**
 * Names the requirer of a slug.
 *
 * @example A unit, and an application
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual([unslug("my-charm-0"), unslug("my-charm")], ["my-charm/0", "my-charm"]);
 * ```
 */
export function unslug(slug: string): string {
  return slug.replace(/-(\d+)$/, "/$1");
}

/**
 * Names the application of a requirer, whose name may be that of a unit, of an application, or the slug
 * of a unit. An application's name never ends in a dash and digits.
 *
 * @example Three names of one application
 * ```ts
 * import assert from "node:assert/strict";
 * const names = ["my-charm", "my-charm/0", slug("my-charm/0")];
 * assert.deepEqual(names.map(applicationOf), ["my-charm", "my-charm", "my-charm"]);
 * ```
 */
export function applicationOf(name: string): string {
  return name.replace(/[/-]\d+$/, "");
}

/**
 * Names the entry of a certificate. From 5.21.5 and 6.6 on, names are unique among clients, members
 * and identities together, so the name ends in digits of the fingerprint.
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
 * @param requirer The owner; undefined if several requirers want the certificate.
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
 * Names the same entry with all digits of the fingerprint. It is used if another entry has the short
 * name.
 *
 * @example All digits
 * ```ts
 * import assert from "node:assert/strict";
 * import type { Fingerprint } from "../requirer/certificate.ts";
 * const fingerprint = "2274d312f072".padEnd(64, "0") as Fingerprint;
 * assert.equal(fullName("a@6f1c:shared:2274d312f072", fingerprint), `a@6f1c:shared:${fingerprint}`);
 * ```
 *
 * @param name The name that {@linkcode entryName} gives.
 */
export function fullName(name: string, fingerprint: Fingerprint): string {
  return `${name.slice(0, -DIGITS)}${fingerprint}`;
}

/**
 * Names an entry of the original charm within a hook. No entry in LXD's trust store gets this name.
 */
export function originalName(mark: Mark): string {
  return `${mark.prefix}original`;
}

/**
 * Reads the owner from the name of an entry. Former versions of this charm gave names without digits.
 * The digits may belong to another certificate: a client may renew its certificate within its entry.
 *
 * @returns The owner, or undefined if the entry is foreign.
 */
export function parseOwner(mark: Mark, name: string): Owner | undefined {
  if (name === originalName(mark)) return { kind: "original" };
  if (!name.startsWith(mark.prefix)) return undefined;
  const groups = name.slice(mark.prefix.length).match(OWNER_REGEXP)?.groups;
  if (!groups) return undefined;
  const { relation, slug } = groups;
  return relation && slug ? { kind: "requirer", relation, slug } : { kind: "shared" };
}
