/**
 * Keeps the charm's own credential: makes it, notes which LXD trusts it, renews it, and removes it from
 * LXD at the end. Each change takes effect in Juju when the hook ends, and in LXD at once. So a hook
 * never uses in LXD what Juju does not keep yet, and a hook that is killed is made good by the next one.
 *
 * @module
 */
import { createOwnKeyPair, isRenewalDue, type Own, type OwnAccess } from "./credential/own.ts";
import { readTrustToken } from "./credential/trust_token.ts";
import type { Context } from "./juju/context.ts";
import { writeOwnSecret } from "./juju/own_secret.ts";
import { wake } from "./juju/replicas.ts";
import type { Leadership } from "./leadership.ts";
import type { Lxd } from "./lxd/client.ts";
import type { Entry } from "./lxd/enter.ts";
import type { RequestFailure } from "./lxd/request.ts";
import { type Fingerprint, outOfDate } from "./requirer/certificate.ts";
import { type Change, ownChange } from "./trust/change.ts";
import type { TrustStore } from "./trust/trust_store.ts";

/** The hook that keeps the credential. */
export interface Keeper extends Pick<Context, "juju" | "application"> {
  /** Current time. */
  readonly now: Date;
  /** Receives each change of LXD's trust store. */
  readonly report: (change: Change) => void;
}

/** What the hook knows. */
export interface Keeping {
  /** The secret, and the token. */
  readonly own: OwnAccess;
  /** How LXD was entered; undefined if it was not tried. */
  readonly entry: Entry | undefined;
  /** LXD's trust store; undefined if it was not read. */
  readonly trustStore: TrustStore | undefined;
  /** Whether Juju has nothing queued, so that no hook with the former certificate is at work. */
  readonly isSettled: boolean;
  /** The leadership of this unit. */
  readonly leadership: Pick<Leadership, "confirm">;
}

/** What came of it. */
export interface Kept {
  /** Whether the other units should enter LXD anew. */
  readonly hasChanged: boolean;
  /** Why LXD does not help to renew the certificate. @default {it does} */
  readonly failure?: RequestFailure;
}

/** LXD, entered by these credentials. */
export type Entered = Extract<Entry, { readonly kind: "entered" }>;

/** The credential after a step of its renewal. */
interface Renewed {
  readonly own: Own;
  readonly failure?: RequestFailure;
}

const UNCHANGED: Kept = { hasChanged: false };

const DIGITS = 12;
const OUR_DIGITS_REGEXP = /:[0-9a-f]{12}$/;

/** Keeps the credential, as the leader. */
export async function keepOwn(keeper: Keeper, keeping: Keeping): Promise<Kept> {
  const { own: { secret, token }, entry } = keeping;
  if (secret.kind === "refused") return UNCHANGED;
  const before = secret.kind === "kept" ? secret.own : undefined;
  const isUseless = entry?.kind === "failed" && entry.failure.kind === "own-expired";
  if (!before || isUseless) {
    // A text that is no token leads nowhere.
    if (token && !readTrustToken(token.value)) return UNCHANGED;
    const client = createOwnKeyPair(keeper.application, keeper.now);
    const isWritten = await writeOwnSecret(keeper.juju, { ...before, client }, secret);
    // LXD must not trust a key before Juju keeps it. The next hook goes on.
    if (isWritten && token) await wake(keeper);
    return UNCHANGED;
  }
  if (entry?.kind !== "entered" || !entry.credentials.isOwn) return UNCHANGED;
  const noted = note(before, entry);
  const { own, failure } = await renew(keeper, noted, { ...keeping, entry });
  const isWritten = own !== before && await writeOwnSecret(keeper.juju, own, secret);
  return { hasChanged: isWritten, ...failure && { failure } };
}

/**
 * Removes the charm's own certificates from LXD's trust store, the one in use last. Nothing can be done
 * in LXD afterwards.
 */
export async function leaveLxd(
  { report }: Pick<Keeper, "report">,
  { own, entry, trustStore }: Pick<Keeping, "own" | "trustStore"> & { readonly entry: Entered },
): Promise<void> {
  const kept = own.secret.kind === "kept" ? own.secret.own : undefined;
  const { ourFingerprint } = entry.credentials;
  const others = [kept?.former, kept?.next?.certificate.fingerprint];
  for (const fingerprint of [...others, ourFingerprint]) {
    const found = fingerprint && trustStore?.get(fingerprint);
    if (found && (await entry.lxd.revoke(found)).kind === "done") {
      report(ownChange("revoked", fingerprint));
    }
  }
}

/** Notes the LXD that trusts us, so that no token is needed any more. */
function note(own: Own, { credentials }: Entered): Own {
  const { endpoint, others = [], server } = credentials;
  const endpoints = [endpoint, ...others];
  const { target } = own;
  const isNoted = target?.server.fingerprint === server.fingerprint &&
    target.endpoints.join() === endpoints.join();
  return isNoted ? own : { ...own, target: { endpoints, server } };
}

/**
 * Takes the next step of a renewal: make the next certificate; have LXD trust it, and use it from the
 * next hook on; revoke the former one. Juju keeps each step before the next one is taken.
 */
async function renew(
  keeper: Keeper,
  own: Own,
  keeping: Keeping & { readonly entry: Entered },
): Promise<Renewed> {
  const { next, former, ...others } = own;
  const { application, now } = keeper;
  if (former) {
    if (!keeping.isSettled || !await keeping.leadership.confirm()) return { own };
    const failure = await revokeFormer(keeper, former, keeping);
    return failure ? { own, failure } : { own: { ...others, ...next && { next } } };
  }
  // By a wrong clock, it was made for another time.
  if (next && !outOfDate(next.certificate, now)) {
    if (!await keeping.leadership.confirm()) return { own };
    const failure = await trustNext(keeper, { own, next }, keeping);
    if (failure) return { own, failure };
    return { own: { ...others, client: next, former: own.client.certificate.fingerprint } };
  }
  if (isRenewalDue(own.client, now)) {
    return { own: { ...others, next: createOwnKeyPair(application, now) } };
  }
  return { own: next ? others : own };
}

async function trustNext(
  { application, report }: Keeper,
  { own, next: { certificate } }: { readonly own: Own; readonly next: Own["client"] },
  { entry: { lxd }, trustStore }: Pick<Keeping, "trustStore"> & { readonly entry: Entered },
): Promise<RequestFailure | undefined> {
  const { fingerprint } = certificate;
  if (trustStore?.has(fingerprint)) return undefined;
  const name = nextName(trustStore?.get(own.client.certificate.fingerprint)?.name ?? application);
  const added = await lxd.add({
    certificate,
    name: `${name}:${fingerprint.slice(0, DIGITS)}`,
    projects: null,
  });
  if (added.kind === "done") report(ownChange("added", fingerprint));
  // Only the list proves that the certificate may be used.
  if (await isTrusted(lxd, fingerprint)) return undefined;
  const action = "to renew our certificate";
  return added.kind === "done"
    ? { kind: "unreachable", cause: "no list of certificates" }
    : { ...added, ...added.kind === "refused" && { action } };
}

async function isTrusted(lxd: Lxd, fingerprint: Fingerprint): Promise<boolean> {
  const store = await lxd.trustStore();
  return store.kind === "done" && store.value.has(fingerprint);
}

async function revokeFormer(
  { report }: Keeper,
  former: Fingerprint,
  { entry: { lxd }, trustStore }: Pick<Keeping, "trustStore"> & { readonly entry: Entered },
): Promise<RequestFailure | undefined> {
  const found = trustStore?.get(former);
  if (!found) return undefined;
  const revoked = await lxd.revoke(found);
  // An entry that somebody renamed is theirs from now on.
  if (revoked.kind !== "done" && revoked.kind !== "refused") return revoked;
  if (revoked.kind === "done") report(ownChange("revoked", former));
  return undefined;
}

/** From 5.21.3 on, LXD refuses a name with a slash or a leading dash. */
function nextName(name: string): string {
  return name.replace(OUR_DIGITS_REGEXP, "").replaceAll("/", "-").replace(/^-+/, "");
}
