/**
 * The steps of a plan: changes of LXD's trust store.
 *
 * @module
 */
import type { Certificate, Fingerprint } from "../requirer/certificate.ts";
import { list } from "../requirer/line.ts";
import type { Projects } from "./projects.ts";
import type { EntryType, TrustEntry } from "./trust_store.ts";

// In bytes of UTF-8.
const MAXIMUM_PROJECTS = 1000;

/** A step of a plan. */
export type Step =
  /** Adds an entry. `projects`: null gives access to all of LXD, or to all of its metrics. */
  | {
    readonly kind: "add";
    readonly fingerprint: Fingerprint;
    readonly name: string;
    readonly certificate: Certificate;
    readonly projects: Projects;
    /** @default {"client"} */
    readonly type?: EntryType;
  }
  /** Gives an entry of ours another owner. */
  | {
    readonly kind: "rename";
    readonly fingerprint: Fingerprint;
    readonly name: string;
  }
  /**
   * Changes the projects of an entry of ours. `tolerated`: the access that may stay if LXD refuses
   * the change, by default `projects`. An entry with more is revoked.
   */
  | {
    readonly kind: "restrict";
    readonly fingerprint: Fingerprint;
    readonly projects: Projects;
    readonly tolerated?: Projects;
  }
  /** Removes an entry of ours; its name is for the log. */
  | {
    readonly kind: "revoke";
    readonly fingerprint: Fingerprint;
    readonly name: string;
  };

/**
 * Computes the entry that a step leaves.
 *
 * @param entry The entry before the step, if there is one.
 * @returns The entry after it, if there is one.
 */
export function effectOf(step: Step, entry: TrustEntry | undefined): TrustEntry | undefined {
  switch (step.kind) {
    case "add": {
      const { fingerprint, name, certificate, projects, type = "client" } = step;
      return {
        fingerprint,
        name,
        type,
        certificate: certificate.pem,
        projects,
      };
    }
    case "rename":
      return entry && { ...entry, name: step.name };
    case "restrict":
      return entry && { ...entry, projects: step.projects };
    case "revoke":
      return undefined;
  }
}

/**
 * Describes a step in one line of the unit's log.
 *
 * @example A revocation
 * ```ts
 * import assert from "node:assert/strict";
 * import type { Fingerprint } from "../requirer/certificate.ts";
 * const step = { kind: "revoke", fingerprint: "aa" as Fingerprint, name: "n" } as const;
 * assert.equal(describeStep(step), "Revoked aa, which was n");
 * ```
 */
export function describeStep(step: Step): string {
  const { fingerprint } = step;
  switch (step.kind) {
    case "add":
      return `Registered ${fingerprint} as ${step.name}`;
    case "rename":
      return `Renamed ${fingerprint} to ${step.name}`;
    case "restrict":
      return `Gave ${fingerprint} access to ${
        step.projects ? list(step.projects, MAXIMUM_PROJECTS) : "all projects"
      }`;
    case "revoke":
      return `Revoked ${fingerprint}, which was ${step.name}`;
  }
}
