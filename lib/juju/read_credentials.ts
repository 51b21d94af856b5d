/**
 * Reads the credential from Juju.
 *
 * @module
 */
import {
  type Config,
  type Found,
  readCloud,
  readOptions,
  readSecret,
  sourceOf,
} from "../credential/credentials.ts";
import type { Juju } from "./hook_tools.ts";

/** The application's options, and the credential that they name. */
export interface Configuration {
  /** The application's options. */
  readonly config: Config;
  /** The credential, or what the operator has to do. */
  readonly found: Found;
}

/**
 * Reads the application's options, and the credential where the options say that it is.
 *
 * @param now Current time.
 */
export async function readCredentials(juju: Juju, now: Date): Promise<Configuration> {
  const config = await juju.configGet();
  return { config, found: await readFrom(sourceOf(config), { juju, now }) };
}

async function readFrom(
  source: ReturnType<typeof sourceOf>,
  { juju, now }: { readonly juju: Juju; readonly now: Date },
): Promise<Found> {
  switch (source.kind) {
    case "secret":
      return readSecret(source.uri, await juju.secretGet(source.uri), now);
    case "unreadable":
      return source;
    case "options":
      return readOptions(source.parts, now);
    case "cloud":
      return readCloud(await juju.credentialGet(), now, source.server);
  }
}
