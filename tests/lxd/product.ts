/**
 * The servers that speak LXD's API, and how their daemons differ where tests start them.
 *
 * @module
 */
import { ensureIncus, INCUSD } from "./ensure_incus.ts";
import { ensureLxd } from "./ensure_lxd.ts";

/** A server that speaks LXD's API, as Debian has it. */
export interface Product {
  /** Its name. */
  readonly name: "LXD" | "Incus";
  /** The version that is tried. */
  readonly version: string;
  /** The program of the daemon. */
  readonly daemon: string;
  /** The variable that names a daemon's directory. */
  readonly variable: "LXD_DIR" | "INCUS_DIR";
  /** The command that sets up a daemon, as an operator would. */
  readonly setUp: readonly [program: string, ...args: readonly string[]];
  /** Sees to it that it is installed. */
  readonly ensure: () => Promise<void>;
}

/** LXD from the release. */
export const LXD: Product = {
  name: "LXD",
  version: "5.0.2",
  daemon: "lxd",
  variable: "LXD_DIR",
  setUp: ["lxd", "init"],
  ensure: ensureLxd,
};

/** Incus from backports. */
export const INCUS: Product = {
  name: "Incus",
  version: "6.0.4",
  daemon: INCUSD,
  variable: "INCUS_DIR",
  setUp: ["incus", "admin", "init"],
  ensure: ensureIncus,
};
