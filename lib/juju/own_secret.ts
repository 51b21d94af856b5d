/**
 * The secret of the application that holds the charm's own credential. The leader writes it, and every
 * unit reads it.
 *
 * @module
 */
import { type Own, type OwnSecret, parseOwn, renderOwn } from "../credential/own.ts";
import type { Juju } from "./hook_tools.ts";
import { unlessRefused } from "./refusal.ts";

const SECRET = { label: "own-credential" };

/** Reads the secret. */
export async function readOwnSecret(juju: Pick<Juju, "secretGet">): Promise<OwnSecret> {
  const secret = await juju.secretGet(SECRET);
  if (secret.kind === "content") return { kind: "kept", own: parseOwn(secret.content) };
  // Juju has no exit code of its own for this.
  return /not found/.test(secret.words)
    ? { kind: "absent" }
    : { kind: "refused", words: secret.words };
}

/**
 * Writes the secret, as the leader. It is there once the hook has ended well.
 *
 * @param before What the secret was.
 * @returns Whether Juju takes it.
 */
export async function writeOwnSecret(
  juju: Pick<Juju, "secretAdd" | "secretSet">,
  own: Own,
  before: OwnSecret,
): Promise<boolean> {
  const write = before.kind === "absent" ? juju.secretAdd : juju.secretSet;
  const written = write(SECRET, renderOwn(own)).then(() => true);
  return await unlessRefused(written) ?? false;
}
