/**
 * The charm's own credential, as Juju shows it to the charm.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Model, Settings } from "../juju/mod.ts";

/** The secret of the application. */
export interface OwnSecret {
  /** Its URI. */
  readonly uri: string;
  /** Its content, as a hook last read it. */
  readonly content: Settings;
}

/**
 * Finds the secret in the answers of hook tools.
 *
 * @throws {Error} If no hook has added it, or read it.
 */
export function ownSecret({ runs }: Model): OwnSecret {
  const calls = runs.filter(({ outcome }) => outcome === "done").flatMap(({ tools }) => tools);
  const uri = calls.find(({ tool }) => tool === "secret-add")?.stdout.trim();
  const read = calls.findLast(({ tool, args, exitCode }) =>
    tool === "secret-get" && args.includes("own-credential") && exitCode === 0
  );
  assert.ok(uri && read, "the application owns a secret");
  const id = uri.split("/").at(-1)?.replace("secret:", "");
  return { uri: `secret:${id}`, content: JSON.parse(read.stdout) };
}
