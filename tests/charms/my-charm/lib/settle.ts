/**
 * Runs in every hook: compares the actual state with the desired state, and makes the missing
 * changes. So the order and number of hooks do not matter.
 *
 * @module
 */
import {
  type Databag,
  readAnswer,
  renderOffer,
  rotate,
  standingOf,
} from "@lxd-integrator/requirer";
import { createIdentity, fingerprintOf, type Identity } from "./identity.ts";
import { ask, findRelation, readProvider, run, unitName, writeDatabag } from "./juju.ts";
import { forgetIdentity, keepIdentity, readIdentities } from "./secrets.ts";
import { blocked, forTheOperatorFirst, type Status, untrusted } from "./status.ts";
import { forgetVisit, visitNodes } from "./visit.ts";

/** Options of settling. */
export interface SettleOptions {
  /** Whether to replace the certificate. @default {false} */
  readonly isRotating?: boolean;
  /** Whether the relation is gone. Juju 4 still lists such a relation. @default {false} */
  readonly isBroken?: boolean;
}

/**
 * Settles this unit with its LXD.
 *
 * @returns Fingerprint of the newest certificate, or undefined if none could be offered.
 */
export async function settle(
  { isRotating = false, isBroken = false }: SettleOptions = {},
): Promise<string | undefined> {
  const relation = isBroken ? undefined : await findRelation();
  if (relation === undefined) {
    await forget();
    const [application] = unitName().split("/");
    return await say(blocked(`Missing LXD: juju integrate ${application}:lxd lxd-integrator:api`));
  }
  const [{ application, units }, { project }, stored] = await Promise.all([
    readProvider(relation),
    ask<{ project: string }>("config-get"),
    readIdentities(),
  ]);
  const answer = readAnswer(application, units);
  const { use, offer, isRenewalDue } = rotate(
    stored.map(({ certificate }) => certificate),
    answer,
    new Date(),
  );

  // An answer may be older than a change of the project, and former providers do not name projects.
  // With one certificate for each project the answer is clear.
  const [former] = stored;
  const isRenewed = isRotating || isRenewalDue || former?.project !== project;
  const newest = isRenewed ? await createIdentity(unitName(), project) : former;
  const wanted = isRenewed ? [use] : offer;
  const kept = stored.filter(({ certificate }) => wanted.includes(certificate));
  const databag = offerOf(isRenewed ? [newest, ...kept] : kept, project);
  if (!databag) return await say(blocked(`Cannot use project "${project}": it is no name`));
  await writeDatabag(relation, databag);
  if (isRenewed) await keepIdentity(newest);
  for (const identity of stored) if (!kept.includes(identity)) await forgetIdentity(identity);

  const fingerprint = fingerprintOf(newest);
  const statuses: Status[] = [];
  const current = kept.find(({ certificate }) => certificate === use);
  if (current) statuses.push(await visitNodes(current, answer));
  if (newest !== current) {
    statuses.push(untrusted(fingerprint, standingOf(newest.certificate, answer)));
  }
  await say(...statuses.toSorted(forTheOperatorFirst));
  return fingerprint;
}

/** Removes all identities and visits, which are useless without a relation. */
export async function forget(): Promise<void> {
  for (const identity of await readIdentities()) await forgetIdentity(identity);
  await forgetVisit();
}

/** Renders the offer. Returns undefined for a bad project: our own certificates are always good. */
function offerOf(identities: readonly Identity[], project: string): Databag | undefined {
  const certificates = identities.map(({ certificate }) => certificate);
  try {
    return renderOffer({ certificates, projects: [project] });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

async function say(...statuses: readonly Status[]): Promise<undefined> {
  const [first] = statuses;
  if (!first) return;
  const message = statuses.map(({ message }) => message).join("; ");
  await run("status-set", ["--", first.status, message]);
}
