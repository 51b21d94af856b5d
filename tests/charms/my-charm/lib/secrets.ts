/**
 * Where keys are kept: one Juju secret for each identity, owned by the unit. One for each, for to
 * remove a secret is to forget the key at once, when the former revision of a secret would remain.
 *
 * @module
 */
import type { Identity } from "./identity.ts";
import { ask, modelUuid, run, unitName } from "./juju.ts";

/** An identity, and the secret that it is kept in. */
export interface KeptIdentity extends Identity {
  /** Id of the secret. */
  readonly secret: string;
}

/** Reads this unit's identities, the newest first. */
export async function readIdentities(): Promise<readonly KeptIdentity[]> {
  const ids = await ask<string[] | null>("secret-ids") ?? [];
  const identities = ids.map(async (secret) => ({
    ...await ask<Identity>("secret-get", secret),
    secret,
  }));
  return (await Promise.all(identities)).toSorted((a, b) => a.created < b.created ? 1 : -1);
}

/**
 * Keeps an identity, from the end of the hook on.
 *
 * @param identity The identity.
 */
export async function keepIdentity(identity: Identity): Promise<void> {
  // Every user of the machine can read arguments, and standard input is not taken. So it is a file
  // for as long as the tool reads it, which root only can read, and which was not there before. If
  // the hook is killed meanwhile, Juju runs it again, and what it left is removed.
  const path = `/tmp/${unitName().replace("/", "-")}-${modelUuid()}`;
  await removeFile(path);
  try {
    await Deno.writeTextFile(path, JSON.stringify(identity), { mode: 0o600, createNew: true });
    await run("secret-add", ["--owner", "unit", "--file", path]);
  } finally {
    await removeFile(path);
  }
}

/**
 * Forgets an identity, from the end of the hook on.
 *
 * @param identity The identity.
 */
export async function forgetIdentity({ secret }: KeptIdentity): Promise<void> {
  await run("secret-remove", [secret]);
}

async function removeFile(path: string): Promise<void> {
  await Deno.remove(path).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}
