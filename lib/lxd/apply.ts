/**
 * Takes the steps of a plan in LXD.
 *
 * @module
 */
import type { Fingerprint } from "../requirer/certificate.ts";
import type { Lxd } from "./client.ts";
import type { Reply, RequestFailure } from "./request.ts";
import { fullName } from "../trust/owner.ts";
import { isWithin } from "../trust/projects.ts";
import { describeStep, effectOf, type Step } from "../trust/step.ts";
import { projectsOf, type TrustEntry, type TrustStore } from "../trust/trust_store.ts";

/** What came of the steps. */
export interface Applied {
  /** The trust store after them. */
  readonly trusted: TrustStore;
  /** The certificates that LXD refused, with its reasons. */
  readonly refused: ReadonlyMap<Fingerprint, string>;
  /** The entries that LXD did not let us rename: what they are called says too little of them. */
  readonly unnamed: ReadonlySet<Fingerprint>;
  /** Whether anything was, or may have been, changed. */
  readonly hasChanged: boolean;
  /** Why a step, or the rest of them, was not taken; undefined where all is well. */
  readonly failure: RequestFailure | undefined;
}

const FORBIDDEN = 403;
const NOT_FOUND = 404;
const CONFLICT = 409;

const IDENTITY = "The certificate is in LXD already, as an identity of its own, " +
  "which is no entry of the trust store";

/**
 * Takes steps one after the other, until LXD no longer answers, or no longer lets us. What LXD
 * refuses of one entry keeps no other from being served.
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
  const unnamed = new Set<Fingerprint>();
  let hasChanged = false;
  let unrevoked: RequestFailure | undefined;
  const end = (failure?: RequestFailure): Applied => ({
    trusted,
    refused,
    unnamed,
    hasChanged,
    failure,
  });
  const set = (fingerprint: Fingerprint, entry: TrustEntry | undefined): void => {
    if (entry) trusted.set(fingerprint, entry);
    else trusted.delete(fingerprint);
  };
  for (const planned of steps) {
    const { fingerprint } = planned;
    let step = planned;
    let entry = trusted.get(fingerprint);
    let answer = await take(lxd, step, entry);
    if (isRefused(answer, CONFLICT, NOT_FOUND)) {
      // Someone else was at this entry since the list was read, or has the name that we give it,
      // unless a project is not found.
      const list = await lxd.trustStore();
      if (list.kind !== "done") return end(list);
      entry = list.value.get(fingerprint);
      set(fingerprint, entry);
    }
    if (isRefused(answer, CONFLICT) && isNaming(step) && (step.kind === "rename") === !!entry) {
      if (!entry && await lxd.isIdentity(fingerprint)) {
        refused.set(fingerprint, IDENTITY);
        continue;
      }
      step = { ...step, name: fullName(step.name, fingerprint) };
      answer = await take(lxd, step, entry);
    }
    // LXD may have acted though its answer was lost.
    hasChanged ||= answer.kind === "done" || answer.kind === "unreachable";
    if (answer.kind === "done") {
      report(describeStep(step));
      set(fingerprint, effectOf(step, entry));
      continue;
    }
    if (answer.kind !== "refused") return end(answer);
    if (isSettled(step, answer.status, entry)) {
      hasChanged = true;
      continue;
    }
    if (step.kind === "rename") {
      // It says nothing against the certificate.
      unnamed.add(fingerprint);
      continue;
    }
    if (answer.status === FORBIDDEN) return end(answer);
    if (step.kind === "revoke") {
      unrevoked ??= { ...answer, action: `to revoke ${fingerprint}` };
      continue;
    }
    refused.set(fingerprint, `LXD refuses the certificate: ${answer.message}`);
  }
  return end(unrevoked);
}

function take(lxd: Lxd, step: Step, entry: TrustEntry | undefined): Promise<Reply<unknown>> {
  switch (step.kind) {
    case "add":
      return lxd.add(step.certificate, step.name, step.projects);
    case "rename":
      return lxd.rename(step.fingerprint, step.name, entry ? projectsOf(entry) : []);
    case "restrict":
      return lxd.restrict(step.fingerprint, step.projects);
    case "revoke":
      return lxd.revoke(step.fingerprint);
  }
}

function isRefused(answer: Reply<unknown>, ...statuses: readonly number[]): boolean {
  return answer.kind === "refused" && statuses.includes(answer.status);
}

function isNaming(step: Step): step is Extract<Step, { readonly name: string }> {
  return step.kind === "add" || step.kind === "rename";
}

/** Whether LXD refused because the work is done already, or its object gone. */
function isSettled(step: Step, status: number, entry: TrustEntry | undefined): boolean {
  if (step.kind !== "add") return status === NOT_FOUND && !entry;
  return status === CONFLICT && entry?.type === "client" &&
    isWithin(projectsOf(entry), step.projects);
}
