/**
 * The server that scenarios run over: a real LXD, unless the variable SERVER names another.
 *
 * @module
 */
import { INCUS, LXD, type Product } from "./product.ts";
import * as real from "./real.ts";
import { startStandIn } from "./stand_in.ts";
import { type DialectName, DIALECTS } from "./stand_in_dialect.ts";
import type { LxdWorld } from "./world.ts";
import type { ServerIdentity } from "./daemon.ts";

/** A server: a real product, or a dialect of the stand-in. */
export type ServerName = Product["name"] | DialectName;

/** Options of a standalone server. */
export interface ServerOptions {
  /** Its server certificate. @default {one that it makes} */
  readonly identity?: ServerIdentity;
}

const PRODUCTS: Readonly<Record<Product["name"], Product>> = { Incus: INCUS, LXD };

/** Name of the server. */
export const SERVER: ServerName = chosen(Deno.env.get("SERVER") ?? "LXD");

if (isProduct(SERVER)) await PRODUCTS[SERVER].ensure();

/** Version that the server reports. */
export const VERSION: string = isProduct(SERVER)
  ? PRODUCTS[SERVER].version()
  : DIALECTS[SERVER].version;

/** Whether it is the stand-in. Its TLS accepts other certificates than LXD's. */
export const IS_STAND_IN = !isProduct(SERVER);

/** Whether it is any other server than a real LXD. */
export const IS_NOT_LXD: boolean = SERVER !== "LXD";

/** Whether each name can be used only once. The original charm used one name several times. */
export const TAKES_NAMES_ONCE: boolean = !isProduct(SERVER) && DIALECTS[SERVER].identities;

/**
 * Starts a standalone server.
 */
export async function startLxd(options: ServerOptions = {}): Promise<LxdWorld> {
  return isProduct(SERVER)
    ? await real.startLxd({ ...options, product: PRODUCTS[SERVER] })
    : await startStandIn({ ...options, dialect: SERVER });
}

/**
 * Starts a cluster of three.
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
  throw new RangeError(`Cannot find the server "${name}": there is none of this name`);
}
