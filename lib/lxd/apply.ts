/**
 * Takes the steps of a plan in LXD.
 *
 * @module
 */
import { limit } from "../async/limit.ts";
import type { Fingerprint } from "../requirer/certificate.ts";
import type { Reason } from "../requirer/reason.ts";
import { fullName } from "../trust/owner.ts";
import { isSame, isWithin } from "../trust/projects.ts";
import { describeStep, effectOf, type Step } from "../trust/step.ts";
import type { TrustEntry, TrustStore } from "../trust/trust_store.ts";
import { CHANGED, type Lxd } from "./client.ts";
import type { Reply, RequestFailure } from "./request.ts";

/** The result of the steps. */
export interface Applied {
  /** The trust store after them. */
  readonly trustStore: TrustStore;
  /** The certificates that LXD refused, with its reasons. */
  readonly refused: ReadonlyMap<Fingerprint, Reason>;
  /** The entries that LXD refused to rename. Their names do not tell who wants them. */
  readonly unnamed: ReadonlySet<Fingerprint>;
  /** Whether the trust store was, or may have been, changed. */
  readonly hasChanged: boolean;
  /** Why a step, or the rest of the steps, was not taken; undefined if LXD answered every step. */
  readonly failure: RequestFailure | undefined;
  /** The steps that were not tried. */
  readonly undone: readonly Step[];
}

/** Where to take steps. */
export interface Target {
  /** LXD, entered. */
  readonly lxd: Lxd;
  /** Receives a line about each change that was made. */
  readonly report: (change: string) => void;
  /** Says whether to take another step. Asked before each. @default {always} */
  readonly mayGoOn?: () => Promise<boolean>;
}

/** `Applied`, while the steps are being taken. */
interface Progress {
  readonly trustStore: Map<Fingerprint, TrustEntry>;
  readonly refused: Map<Fingerprint, Reason>;
  readonly unnamed: Set<Fingerprint>;
  hasChanged: boolean;
  failure: RequestFailure | undefined;
  /** The first revocation that LXD refused. It stops no other step. */
  unrevoked: RequestFailure | undefined;
}

/** A step that was tried. */
interface Tried {
  readonly step: Step;
  /** The entry that the step was sent for. */
  readonly entry: TrustEntry | undefined;
  /** LXD's reply; undefined if the step was not tried. */
  readonly reply: Reply<unknown> | undefined;
}

type Send = (step: Step, entry: TrustEntry | undefined) => Promise<Reply<unknown>>;

/**
 * Number of changes that are sent to LXD at a time. LXD makes them one after another. A real one gains a
 * third from 8 at a time, and nothing from 16 (docs/decisions/016).
 */
export const MAXIMUM_STEPS = 8;

const FORBIDDEN = 403;
const NOT_FOUND = 404;
const CONFLICT = 409;

const IDENTITY = "The certificate is in LXD already, as an identity of its own, " +
  "which is no entry of the trust store";

/**
 * Takes steps in their order; those of one kind that follow each other at the same time. A refusal that
 * concerns one entry stops no other step. Other failures end the steps of their kind once as many in
 * a row fail as are taken at the same time, and those of the kinds that follow.
 *
 * @param steps The steps, in their order.
 * @param before The trust store before them, as LXD listed it.
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
    failure: undefined,
    unrevoked: undefined,
  };
  let rest = steps;
  const undone: Step[] = [];
  while (rest.length > 0 && !progress.failure && undone.length === 0) {
    const other = rest.findIndex(({ kind }) => kind !== rest[0]?.kind);
    const batch = rest.slice(0, other < 0 ? rest.length : other);
    rest = rest.slice(batch.length);
    undone.push(...await applyBatch(batch, progress, target));
  }
  const { unrevoked, failure = unrevoked, ...result } = progress;
  return { ...result, failure, undone: [...undone, ...rest] };
}

/** Takes steps of one kind. Returns those that were not tried. */
async function applyBatch(
  batch: readonly Step[],
  progress: Progress,
  target: Target,
): Promise<readonly Step[]> {
  const { trustStore } = progress;
  const first = await tryAll(batch, { trustStore, target, send: createSend(target) });
  const conflicts = first.filter(({ reply }) => isRefused(reply, CONFLICT, NOT_FOUND, CHANGED));
  const last = new Map(first.map((tried) => [tried.step.fingerprint, tried]));
  if (conflicts.length > 0) {
    // Other clients changed these entries since the list was read, or other entries have the names. Or
    // projects are not found.
    const list = await target.lxd.trustStore();
    if (list.kind !== "done") progress.failure = list;
    for (const { step: { fingerprint } } of conflicts) {
      if (list.kind === "done") setEntry(trustStore, fingerprint, list.value.get(fingerprint));
      else last.delete(fingerprint);
    }
    const second = conflicts.flatMap((tried) => secondTry(tried, last, trustStore));
    const send = askingForIdentity(target);
    for (const tried of await tryAll(second, { trustStore, target, send })) {
      last.set(tried.step.fingerprint, tried);
    }
  }
  for (const tried of last.values()) settle(tried, progress, target);
  return last.values().filter(({ reply }) => !reply).map(({ step }) => step).toArray();
}

/**
 * Tries steps at the same time, as long as LXD answers, and the last one by itself. After each change,
 * LXD lists its certificates to know whom to let in. Of changes at the same time, the list that is
 * read first may be kept last, and lack a certificate. The list after the last change is complete.
 */
async function tryAll(
  steps: readonly Step[],
  { trustStore, target: { mayGoOn = always }, send }: {
    readonly trustStore: TrustStore;
    readonly target: Target;
    readonly send: Send;
  },
): Promise<readonly Tried[]> {
  let failures = 0;
  let isOver = false;
  const tryOne = limit(MAXIMUM_STEPS, async (step: Step): Promise<Tried> => {
    const entry = trustStore.get(step.fingerprint);
    if (isOver || failures >= MAXIMUM_STEPS || !await mayGoOn()) {
      isOver = true;
      return { step, entry, reply: undefined };
    }
    const reply = await send(step, entry);
    failures = isFailure(step, reply) ? failures + 1 : 0;
    return { step, entry, reply };
  });
  const most = await Promise.all(steps.slice(0, -1).map(tryOne));
  return [...most, ...await Promise.all(steps.slice(-1).map(tryOne))];
}

/** The step to take after a conflict, if there is one. */
function secondTry(
  { step, entry: before }: Tried,
  last: ReadonlyMap<Fingerprint, Tried>,
  trustStore: TrustStore,
): readonly Step[] {
  const { fingerprint } = step;
  const reply = last.get(fingerprint)?.reply;
  const entry = trustStore.get(fingerprint);
  if (isRefused(reply, CHANGED) && step.kind !== "add") {
    return isSameEntry(entry, before) && !isDoneAlready(step, CHANGED, entry) ? [step] : [];
  }
  return isRefused(reply, CONFLICT) && isNaming(step) && (step.kind === "rename") === !!entry
    ? [{ ...step, name: fullName(step.name, fingerprint) }]
    : [];
}

/** Records the reply to a step. */
function settle({ step, entry, reply }: Tried, progress: Progress, { report }: Target): void {
  if (!reply) return;
  // LXD may have acted although its answer was lost.
  progress.hasChanged ||= reply.kind === "done" || reply.kind === "unreachable";
  if (reply.kind === "done") {
    report(describeStep(step));
    setEntry(progress.trustStore, step.fingerprint, effectOf(step, entry));
  } else if (reply.kind !== "refused" || isFailure(step, reply)) progress.failure ??= reply;
  else recordRefusal({ step, entry, reply }, progress);
}

/** Records what LXD refused. */
function recordRefusal(
  { step, entry: before, reply }: Omit<Tried, "reply"> & {
    readonly reply: Extract<Reply<unknown>, { readonly kind: "refused" }>;
  },
  progress: Progress,
): void {
  const { fingerprint } = step;
  const { status, message } = reply;
  const entry = progress.trustStore.get(fingerprint);
  const isOther = status === CHANGED && !isSameEntry(entry, before);
  if (isDoneAlready(step, status, entry) || isOther) progress.hasChanged = true;
  // A refused name is no objection to the certificate.
  else if (step.kind === "rename") progress.unnamed.add(fingerprint);
  else if (step.kind === "revoke") {
    progress.unrevoked ??= { ...reply, action: `to revoke ${fingerprint}` };
  } else {
    progress.refused.set(
      fingerprint,
      message === IDENTITY
        ? { code: "identity", reason: message }
        : { code: "lxd-refused", reason: `LXD refuses the certificate: ${message}` },
    );
  }
}

function createSend({ lxd }: Target): Send {
  return (step, entry) => {
    if (step.kind === "add") return lxd.add(step);
    if (!entry) {
      return Promise.resolve({ kind: "refused", status: NOT_FOUND, message: "not found" });
    }
    switch (step.kind) {
      case "rename":
        return lxd.rename(entry, step.name);
      case "restrict":
        return lxd.restrict(entry, step.projects);
      case "revoke":
        return lxd.revoke(entry);
    }
  };
}

/** Sends an addition that conflicts with no entry, unless it conflicts with an identity. */
function askingForIdentity(target: Target): Send {
  const send = createSend(target);
  return async (step, entry) =>
    step.kind === "add" && await target.lxd.isIdentity(step.fingerprint)
      ? { kind: "refused", status: CONFLICT, message: IDENTITY }
      : await send(step, entry);
}

function always(): Promise<boolean> {
  const mayGoOn = true;
  return Promise.resolve(mayGoOn);
}

function setEntry(
  trustStore: Map<Fingerprint, TrustEntry>,
  fingerprint: Fingerprint,
  entry: TrustEntry | undefined,
): void {
  if (entry) trustStore.set(fingerprint, entry);
  else trustStore.delete(fingerprint);
}

function isRefused(reply: Reply<unknown> | undefined, ...statuses: readonly number[]): boolean {
  return reply?.kind === "refused" && statuses.includes(reply.status);
}

/** Whether a reply says that further steps are of no use. */
function isFailure({ kind }: Step, reply: Reply<unknown>): boolean {
  if (reply.kind === "refused") return reply.status === FORBIDDEN && kind !== "rename";
  return reply.kind !== "done";
}

function isNaming(step: Step): step is Extract<Step, { readonly name: string }> {
  return step.kind === "add" || step.kind === "rename";
}

function isSameEntry(one: TrustEntry | undefined, other: TrustEntry | undefined): boolean {
  return one?.name === other?.name && one?.type === other?.type;
}

/** Whether LXD refused because the work is done already, or its object is gone. */
function isDoneAlready(step: Step, status: number, entry: TrustEntry | undefined): boolean {
  if (step.kind === "add") {
    return status === CONFLICT && entry?.type === "client" &&
      isWithin(entry.projects, step.projects);
  }
  if (status !== NOT_FOUND && status !== CHANGED) return false;
  if (!entry) return true;
  // A change that is sent again finds its own ETag outdated.
  if (status !== CHANGED || step.kind === "revoke") return false;
  return step.kind === "rename" ? entry.name === step.name : isSame(entry.projects, step.projects);
}
