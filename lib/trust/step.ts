/**
 * The steps of a plan: changes of LXD's trust store.
 *
 * @module
 */
import type { Certificate, Fingerprint } from "../requirer/certificate.ts";
import type { Projects } from "./projects.ts";
import type { EntryType, TrustEntry } from "./trust_store.ts";

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
  /** Removes an entry of ours. */
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
