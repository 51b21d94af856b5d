/**
 * The products with LXD's API, and the differences between their daemons.
 *
 * @module
 */
import { ensureIncus, INCUSD } from "./ensure_incus.ts";
import { ensureLxd } from "./ensure_lxd.ts";

/** A product with LXD's API, as Debian packages it. */
export interface Product {
  /** Its name. */
  readonly name: "LXD" | "Incus";
  /** Reads the version that is installed. */
  readonly version: () => string;
  /** The program of the daemon. */
  readonly daemon: string;
  /** The variable that names a daemon's directory. */
  readonly variable: "LXD_DIR" | "INCUS_DIR";
  /** The command that sets up a daemon, as an operator would. */
  readonly setUp: readonly [program: string, ...args: readonly string[]];
  /** Installs it, unless it is installed. */
  readonly ensure: () => Promise<void>;
}

function versionOf(program: string): string {
  const { stdout } = new Deno.Command(program, { args: ["--version"] }).outputSync();
  return new TextDecoder().decode(stdout).trim();
}

/** LXD from the release. */
export const LXD: Product = {
  name: "LXD",
  version: () => versionOf("lxd"),
  daemon: "lxd",
  variable: "LXD_DIR",
  setUp: ["lxd", "init"],
  ensure: ensureLxd,
};

/** Incus from backports. */
export const INCUS: Product = {
  name: "Incus",
  version: () => versionOf("incus"),
  daemon: INCUSD,
  variable: "INCUS_DIR",
  setUp: ["incus", "admin", "init"],
  ensure: ensureIncus,
};
