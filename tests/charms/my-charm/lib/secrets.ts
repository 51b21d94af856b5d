/**
 * Stores keys in Juju secrets of the unit, one secret for each identity. The removal of a secret
 * removes its key at once. A new revision of a shared secret would keep the former key.
 *
 * @module
 */
import type { Identity } from "./identity.ts";
import { ask, modelUuid, run, unitName } from "./juju.ts";

/** An identity, and its secret. */
export interface KeptIdentity extends Identity {
  /** Id of the secret. */
  readonly secret: string;
}

/** Reads this unit's identities, newest first. */
export async function readIdentities(): Promise<readonly KeptIdentity[]> {
  const ids = await ask<string[] | null>("secret-ids") ?? [];
  const identities = ids.map(async (secret) => ({
    ...await ask<Identity>("secret-get", secret),
    secret,
  }));
  return (await Promise.all(identities)).toSorted((a, b) => a.created < b.created ? 1 : -1);
}

/**
 * Stores an identity, from the end of the hook on.
 */
export async function keepIdentity(identity: Identity): Promise<void> {
  // Every user of the machine can read arguments, and secret-add reads no standard input. So the
  // key is in a new file that only root can read, while the tool reads the file. If the hook is
  // killed meanwhile, Juju runs the hook again, and the hook removes the file.
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
 * Removes an identity, from the end of the hook on.
 */
export async function forgetIdentity({ secret }: KeptIdentity): Promise<void> {
  await run("secret-remove", [secret]);
}

async function removeFile(path: string): Promise<void> {
  await Deno.remove(path).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}
