/**
 * Takes the steps of a plan in LXD.
 *
 * @module
 */
import type { Fingerprint } from "./certificate.ts";
import type { Lxd } from "./lxd.ts";
import type { Answer, Failure } from "./lxd_call.ts";
import { isWithin } from "./projects.ts";
import { describeStep, effectOf, type Step } from "./step.ts";
import { projectsOf, type TrustEntry, type TrustStore } from "./trust_store.ts";

/** What came of the steps. */
export interface Applied {
  /** The trust store after them. */
  readonly trusted: TrustStore;
  /** The certificates that LXD refused, with its reasons. */
  readonly refused: ReadonlyMap<Fingerprint, string>;
  /** Whether anything was, or may have been, changed. */
  readonly hasChanged: boolean;
  /** Why a step, or the rest of them, was not taken; undefined where LXD heard them all out. */
  readonly failure: Failure | undefined;
}

const FORBIDDEN = 403;
const NOT_FOUND = 404;
const CONFLICT = 409;

/**
 * Takes steps one after the other, until LXD no longer answers.
 *
 * @param lxd LXD, entered.
 * @param steps The steps, in their order.
 * @param before The trust store before them.
 * @param report Is told of each change that was made.
 * @returns What came of them.
 */
export async function apply(
  lxd: Lxd,
  steps: readonly Step[],
  before: TrustStore,
  report: (change: string) => void,
): Promise<Applied> {
  const trusted = new Map(before);
  const refused = new Map<Fingerprint, string>();
  let hasChanged = false;
  let unnamed: Failure | undefined;
  const end = (failure?: Failure): Applied => ({ trusted, refused, hasChanged, failure });
  const set = (fingerprint: Fingerprint, entry: TrustEntry | undefined): void => {
    if (entry) trusted.set(fingerprint, entry);
    else trusted.delete(fingerprint);
  };
  for (const step of steps) {
    const { fingerprint } = step;
    const answer = await take(lxd, step);
    // LXD may have acted though its answer was lost.
    hasChanged ||= answer.kind === "done" || answer.kind === "unreachable";
    if (answer.kind === "done") {
      report(describeStep(step));
      set(fingerprint, effectOf(step, trusted.get(fingerprint)));
      continue;
    }
    if (answer.kind !== "refused" || answer.status === FORBIDDEN) {
      return end(answer);
    }
    if (answer.status === CONFLICT || answer.status === NOT_FOUND) {
      // Someone else was at this entry since the list was read, unless a project is not found.
      const list = await lxd.trustStore();
      if (list.kind !== "done") return end(list);
      set(fingerprint, list.value.get(fingerprint));
    }
    if (isSettled(step, answer.status, trusted.get(fingerprint))) {
      hasChanged = true;
      continue;
    }
    if (step.kind === "revoke") return end(answer);
    if (step.kind === "rename") {
      // It says nothing against the certificate. What the entry is still called is what counts.
      unnamed ??= answer;
      continue;
    }
    refused.set(fingerprint, `LXD refuses the certificate: ${answer.message}`);
  }
  return end(unnamed);
}

function take(lxd: Lxd, step: Step): Promise<Answer<unknown>> {
  switch (step.kind) {
    case "add":
      return lxd.add(step.certificate, step.name, step.projects);
    case "rename":
      return lxd.rename(step.fingerprint, step.name);
    case "restrict":
      return lxd.restrict(step.fingerprint, step.projects);
    case "revoke":
      return lxd.revoke(step.fingerprint);
  }
}

/** Whether LXD refused because the work is done already, or its object gone. */
function isSettled(step: Step, status: number, entry: TrustEntry | undefined): boolean {
  if (step.kind !== "add") return status === NOT_FOUND && !entry;
  return status === CONFLICT && entry?.type === "client" &&
    isWithin(projectsOf(entry), step.projects);
}
