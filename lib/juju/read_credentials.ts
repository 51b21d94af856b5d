/**
 * Asks Juju for the credential, where the operator's options say that it is.
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

/**
 * Asks for the credential.
 *
 * @param juju The hook tools.
 * @param config The application's options.
 * @param now The present.
 * @returns The credentials, or what the operator has to do.
 */
export async function readCredentials(juju: Juju, config: Config, now: Date): Promise<Found> {
  const source = sourceOf(config);
  switch (source.kind) {
    case "secret":
      return readSecret(source.uri, await juju.secretGet(source.uri), now);
    case "options":
      return readOptions(source.parts, now);
    case "cloud":
      return readCloud(await juju.credentialGet(), now, source.server);
  }
}
