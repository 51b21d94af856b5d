/**
 * One change to LXD's trust store.
 *
 * @module
 */
import type { Certificate, Fingerprint } from "../requirer/certificate.ts";
import type { Projects } from "./projects.ts";
import type { TrustEntry } from "./trust_store.ts";

/** A step of a plan. */
export type Step =
  /** Registers a certificate; `projects` null gives access to all of LXD. */
  | {
    readonly kind: "add";
    readonly fingerprint: Fingerprint;
    readonly name: string;
    readonly certificate: Certificate;
    readonly projects: Projects;
  }
  /** Gives an entry of ours to another owner. */
  | {
    readonly kind: "rename";
    readonly fingerprint: Fingerprint;
    readonly name: string;
  }
  /** Changes what an entry of ours gives access to. */
  | {
    readonly kind: "restrict";
    readonly fingerprint: Fingerprint;
    readonly projects: Projects;
  }
  /** Removes an entry of ours; its name is for the log. */
  | {
    readonly kind: "revoke";
    readonly fingerprint: Fingerprint;
    readonly name: string;
  };

/**
 * Says what the trust store holds after a step.
 *
 * @param step The step.
 * @param entry The entry before it, if there was one.
 * @returns The entry after it, if there is one.
 */
export function effectOf(step: Step, entry: TrustEntry | undefined): TrustEntry | undefined {
  switch (step.kind) {
    case "add": {
      const { fingerprint, name, certificate, projects } = step;
      return {
        fingerprint,
        name,
        type: "client",
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
 * Tells of a step in the unit's log.
 *
 * @param step A step that was taken.
 * @returns One line, with the fingerprint and the entry's name.
 */
export function describeStep(step: Step): string {
  const { fingerprint } = step;
  switch (step.kind) {
    case "add":
      return `Registered ${fingerprint} as ${step.name}`;
    case "rename":
      return `Renamed ${fingerprint} to ${step.name}`;
    case "restrict":
      return `Gave ${fingerprint} access to ${step.projects?.join(", ") ?? "all projects"}`;
    case "revoke":
      return `Revoked ${fingerprint}, which was ${step.name}`;
  }
}

/** The steps of a plan, by when they are taken. */
export interface Phases {
  /** Additions, restrictions and renamings. They come before the publication. */
  readonly changes: readonly Step[];
  /** Revocations. They come after it. */
  readonly revocations: readonly Step[];
}

/** Sorts the steps of a plan by when they are taken. The order within each phase stays. */
export function phasesOf(steps: readonly Step[]): Phases {
  return {
    changes: steps.filter(({ kind }) => kind !== "revoke"),
    revocations: steps.filter(({ kind }) => kind === "revoke"),
  };
}
