/**
 * The server that scenarios are played over: a real LXD, unless the variable SERVER names another.
 *
 * @module
 */
import { INCUS, LXD, type Product } from "./product.ts";
import * as real from "./real.ts";
import { startStandIn } from "./stand_in.ts";
import { type DialectName, DIALECTS } from "./stand_in_dialect.ts";
import type { LxdWorld } from "./world.ts";
import type { ServerIdentity } from "./daemon.ts";

/** A server: a real one, or a version that the stand-in speaks for. */
export type ServerName = Product["name"] | DialectName;

/** What a standalone server shall be. */
export interface ServerOptions {
  /** Its server certificate. @default {one that it makes} */
  readonly identity?: ServerIdentity;
}

const PRODUCTS: Readonly<Record<Product["name"], Product>> = { Incus: INCUS, LXD };

/** Which server it is. */
export const SERVER: ServerName = chosen(Deno.env.get("SERVER") ?? "LXD");

if (isProduct(SERVER)) await PRODUCTS[SERVER].ensure();

/** What it says that its version is. */
export const VERSION: string = isProduct(SERVER)
  ? PRODUCTS[SERVER].version()
  : DIALECTS[SERVER].version;

/** Whether it is the stand-in, which lets certificates in by a TLS of its own. */
export const IS_STAND_IN = !isProduct(SERVER);

/** Whether it is another one than LXD itself. */
export const IS_NOT_LXD: boolean = SERVER !== "LXD";

/** Whether it takes a name once only, as the original charm's entries do not. */
export const TAKES_NAMES_ONCE: boolean = !isProduct(SERVER) && DIALECTS[SERVER].identities;

/**
 * Starts a standalone server.
 *
 * @param options What it shall be.
 * @returns The server.
 */
export async function startLxd(options: ServerOptions = {}): Promise<LxdWorld> {
  return isProduct(SERVER)
    ? await real.startLxd({ ...options, product: PRODUCTS[SERVER] })
    : await startStandIn({ ...options, dialect: SERVER });
}

/**
 * Starts a cluster of three.
 *
 * @returns The cluster.
 */
export async function startCluster(): Promise<LxdWorld> {
  return isProduct(SERVER)
    ? await real.startCluster({ product: PRODUCTS[SERVER] })
    : await startStandIn({ dialect: SERVER, members: 3 });
}

function isProduct(name: ServerName): name is Product["name"] {
  return Object.hasOwn(PRODUCTS, name);
}

function chosen(name: string): ServerName {
  if (Object.hasOwn(PRODUCTS, name) || Object.hasOwn(DIALECTS, name)) return name as ServerName;
  throw new RangeError(`Cannot play over the server "${name}": there is none of this name`);
}
