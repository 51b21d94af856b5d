/**
 * What every hook does: it compares what is with what shall be, and does what is missing. So it does
 * not matter which hooks Juju ran before, nor how often.
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
import { blocked, type Status, untrusted } from "./status.ts";
import { forgetVisit, visitNodes } from "./visit.ts";

/** How to settle. */
export interface SettleOptions {
  /** Whether to replace the certificate. @default {false} */
  readonly isRotating?: boolean;
  /** Whether the relation is gone, which Juju 4 lists nevertheless. @default {false} */
  readonly isBroken?: boolean;
}

/**
 * Settles this unit with the LXD that it is related to.
 *
 * @param options How.
 * @returns Fingerprint of the newest certificate; undefined where none could be offered.
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
  const { use, offer } = rotate(stored.map(({ certificate }) => certificate), answer);

  // The provider answers which certificates are trusted, not in which projects. So each project has
  // a certificate of its own, and the answer is clear.
  const [former] = stored;
  const isRenewed = isRotating || former?.project !== project;
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
  await say(...statuses);
  return fingerprint;
}

/** Forgets everything: without a relation, nobody asks for it any more. */
export async function forget(): Promise<void> {
  for (const identity of await readIdentities()) await forgetIdentity(identity);
  await forgetVisit();
}

/** Offers certificates. They are ours and good, so it can only be the project that is not. */
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
