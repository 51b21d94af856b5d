/**
 * Takes the steps of a plan in LXD.
 *
 * @module
 */
import type { Fingerprint } from "../requirer/certificate.ts";
import { fullName } from "../trust/owner.ts";
import { isWithin } from "../trust/projects.ts";
import { describeStep, effectOf, type Step } from "../trust/step.ts";
import type { TrustEntry, TrustStore } from "../trust/trust_store.ts";
import type { Lxd } from "./client.ts";
import type { Reply, RequestFailure } from "./request.ts";

/** The result of the steps. */
export interface Applied {
  /** The trust store after them. */
  readonly trustStore: TrustStore;
  /** The certificates that LXD refused, with its reasons. */
  readonly refused: ReadonlyMap<Fingerprint, string>;
  /** The entries that LXD refused to rename. Their names do not tell who wants them. */
  readonly unnamed: ReadonlySet<Fingerprint>;
  /** Whether the trust store was, or may have been, changed. */
  readonly hasChanged: boolean;
  /** Why a step, or the rest of the steps, was not taken; undefined if LXD answered every step. */
  readonly failure: RequestFailure | undefined;
}

/** Where to take steps. */
export interface Target {
  /** LXD, entered. */
  readonly lxd: Lxd;
  /** Receives a line about each change that was made. */
  readonly report: (change: string) => void;
}

/** `Applied`, while the steps are being taken. */
interface Progress {
  readonly trustStore: Map<Fingerprint, TrustEntry>;
  readonly refused: Map<Fingerprint, string>;
  readonly unnamed: Set<Fingerprint>;
  hasChanged: boolean;
  /** The first revocation that LXD refused. It stops no other step. */
  unrevoked: RequestFailure | undefined;
}

const FORBIDDEN = 403;
const NOT_FOUND = 404;
const CONFLICT = 409;

const IDENTITY = "The certificate is in LXD already, as an identity of its own, " +
  "which is no entry of the trust store";

/**
 * Takes steps in their order, until LXD no longer answers or forbids it. A refusal that concerns one
 * entry stops no other step.
 *
 * @param steps The steps, in their order.
 * @param before The trust store before them.
 */
export async function apply(
  steps: readonly Step[],
  before: TrustStore,
  target: Target,
): Promise<Applied> {
  const progress: Progress = {
    trustStore: new Map(before),
    refused: new Map(),
    unnamed: new Set(),
    hasChanged: false,
    unrevoked: undefined,
  };
  for (const step of steps) {
    const failure = await applyStep(step, progress, target);
    if (failure) return { ...progress, failure };
  }
  return { ...progress, failure: progress.unrevoked };
}

/** Takes one step. Returns a failure that ends all steps. */
async function applyStep(
  planned: Step,
  progress: Progress,
  { lxd, report }: Target,
): Promise<RequestFailure | undefined> {
  const { fingerprint } = planned;
  const { trustStore } = progress;
  let step = planned;
  let reply = await send(lxd, step, trustStore.get(fingerprint));
  if (isRefused(reply, CONFLICT, NOT_FOUND)) {
    // Another client changed this entry since the list was read, or another entry has the name. Or a
    // project is not found.
    const list = await lxd.trustStore();
    if (list.kind !== "done") return list;
    setEntry(trustStore, fingerprint, list.value.get(fingerprint));
  }
  const entry = trustStore.get(fingerprint);
  if (isRefused(reply, CONFLICT) && isNaming(step) && (step.kind === "rename") === !!entry) {
    if (!entry && await lxd.isIdentity(fingerprint)) {
      progress.refused.set(fingerprint, IDENTITY);
      return undefined;
    }
    step = { ...step, name: fullName(step.name, fingerprint) };
    reply = await send(lxd, step, entry);
  }
  // LXD may have acted although its answer was lost.
  progress.hasChanged ||= reply.kind === "done" || reply.kind === "unreachable";
  if (reply.kind === "refused") return recordRefusal(step, reply, progress);
  if (reply.kind !== "done") return reply;
  report(describeStep(step));
  setEntry(trustStore, fingerprint, effectOf(step, entry));
  return undefined;
}

/** Records what LXD refused. Returns a refusal that ends all steps. */
function recordRefusal(
  step: Step,
  reply: Extract<Reply<unknown>, { readonly kind: "refused" }>,
  progress: Progress,
): RequestFailure | undefined {
  const { fingerprint } = step;
  if (isDoneAlready(step, reply.status, progress.trustStore.get(fingerprint))) {
    progress.hasChanged = true;
    return undefined;
  }
  if (step.kind === "rename") {
    // A refused name is no objection to the certificate.
    progress.unnamed.add(fingerprint);
    return undefined;
  }
  if (reply.status === FORBIDDEN) return reply;
  if (step.kind === "revoke") {
    progress.unrevoked ??= { ...reply, action: `to revoke ${fingerprint}` };
    return undefined;
  }
  progress.refused.set(fingerprint, `LXD refuses the certificate: ${reply.message}`);
  return undefined;
}

function send(lxd: Lxd, step: Step, entry: TrustEntry | undefined): Promise<Reply<unknown>> {
  switch (step.kind) {
    case "add":
      return lxd.add(step);
    case "rename":
      return lxd.rename(step.fingerprint, step.name, entry ? entry.projects : []);
    case "restrict":
      return lxd.restrict(step.fingerprint, step.projects);
    case "revoke":
      return lxd.revoke(step.fingerprint);
  }
}

function setEntry(
  trustStore: Map<Fingerprint, TrustEntry>,
  fingerprint: Fingerprint,
  entry: TrustEntry | undefined,
): void {
  if (entry) trustStore.set(fingerprint, entry);
  else trustStore.delete(fingerprint);
}

function isRefused(reply: Reply<unknown>, ...statuses: readonly number[]): boolean {
  return reply.kind === "refused" && statuses.includes(reply.status);
}

function isNaming(step: Step): step is Extract<Step, { readonly name: string }> {
  return step.kind === "add" || step.kind === "rename";
}

/** Whether LXD refused because the work is done already, or its object is gone. */
function isDoneAlready(step: Step, status: number, entry: TrustEntry | undefined): boolean {
  if (step.kind !== "add") return status === NOT_FOUND && !entry;
  return status === CONFLICT && entry?.type === "client" &&
    isWithin(entry.projects, step.projects);
}
