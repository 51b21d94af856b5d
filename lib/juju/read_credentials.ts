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
  tokenIn,
} from "../credential/credentials.ts";
import { type OwnAccess, readOwn } from "../credential/own.ts";
import type { Part } from "../credential/parts.ts";
import type { Juju } from "./hook_tools.ts";
import { readOwnSecret } from "./own_secret.ts";

/** The application's options, and the credential that they name. */
export interface Configuration {
  /** The application's options. */
  readonly config: Config;
  /** The credential, or what the operator has to do. */
  readonly found: Found;
  /** The charm's own credential, if the options leave the choice to it. @default {not asked for} */
  readonly own?: OwnAccess;
}

type Read = Pick<Configuration, "found" | "own">;

/**
 * Reads the application's options, and the credential where the options say that it is.
 *
 * @param now Current time.
 */
export async function readCredentials(juju: Juju, now: Date): Promise<Configuration> {
  const config = await juju.configGet();
  return { config, ...await readFrom(sourceOf(config), { juju, now }) };
}

async function readFrom(
  source: ReturnType<typeof sourceOf>,
  { juju, now }: { readonly juju: Juju; readonly now: Date },
): Promise<Read> {
  switch (source.kind) {
    case "secret": {
      const secret = await juju.secretGet(source.uri);
      const token = tokenIn(secret);
      return token ? await readOwnBy(juju, token) : { found: readSecret(source.uri, secret, now) };
    }
    case "unreadable":
      return { found: source };
    case "options":
      return { found: readOptions(source.parts, now) };
    case "token":
      return await readOwnBy(juju, source.token);
    case "cloud": {
      const found = readCloud(await juju.credentialGet(), now, source.server);
      // Where Juju gives no credential, the charm may have its own from before.
      return found.kind === "no-access" ? await readOwnBy(juju) : { found };
    }
  }
}

async function readOwnBy(juju: Juju, token?: Part): Promise<Read> {
  const own = { secret: await readOwnSecret(juju), ...token && { token } };
  return { found: readOwn(own), own };
}
