/**
 * The requirer charm of `tests/charms/my-charm`, beside the charm under test.
 *
 * @module
 */
import { buildCharm } from "../../build/charm.ts";
import { fingerprintOf } from "../certificates.ts";
import type { ToolCall } from "../juju/mod.ts";
import type { Deployment } from "./deployment.ts";

/** A certificate of the charm, with its key. */
export interface MyIdentity {
  /** The certificate, PEM. */
  readonly certificate: string;
  /** Its private key, PEM. */
  readonly key: string;
  /** Fingerprint of the certificate. */
  readonly fingerprint: string;
}

const ROOT = new URL("../charms/my-charm", import.meta.url).pathname;
const DIST = new URL("../../dist", import.meta.url).pathname;

/** Builds the charm if its sources have changed. */
export function buildMyCharm(): Promise<string> {
  return buildCharm({ root: ROOT, out: DIST });
}

/**
 * Returns all identities that a unit read from its secrets, newest last. An operator would use
 * `juju show-secret --reveal`.
 */
export function identitiesOf(deployment: Deployment, unit: string): readonly MyIdentity[] {
  const contents = toolCalls(deployment, unit, "secret-get").map(({ stdout }) =>
    JSON.parse(stdout)
  );
  const identities = contents.toSorted((a, b) => a.created < b.created ? -1 : 1)
    .map(({ certificate, key }) =>
      [certificate, { certificate, key, fingerprint: fingerprintOf(certificate) }] as const
    );
  return [...new Map(identities).values()];
}

/** Returns the ids of the secrets that an application's units have. */
export function secretsLeft(deployment: Deployment, application: string): readonly string[] {
  const added = toolCalls(deployment, application, "secret-add").map(({ stdout }) =>
    stdout.trim().split(/[:/]/).at(-1) ?? ""
  );
  const removed = toolCalls(deployment, application, "secret-remove").map(({ args: [id] }) => id);
  return added.filter((id) => !removed.includes(id));
}

/** Returns the effective calls of a unit, or of all units of an application. */
function toolCalls({ model }: Deployment, of: string, name: string): readonly ToolCall[] {
  return model.runs
    .filter(({ outcome, unit }) => outcome === "done" && `${unit}/`.startsWith(`${of}/`))
    .flatMap(({ tools }) => tools.filter(({ exitCode, tool }) => tool === name && exitCode === 0));
}
