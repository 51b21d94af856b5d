/**
 * The charm under test.
 *
 * @module
 */

/** Path of the charm: the variable CHARM, else the charm that `deno task test` built. */
export const CHARM: string = Deno.env.get("CHARM") ??
  new URL("../../dist/lxd-integrator_amd64.charm", import.meta.url).pathname;

/** Name of the application under test. */
export const APPLICATION = "lxd-integrator";

/** Name of its first unit. */
export const UNIT = "lxd-integrator/0";

/** Name of a foreign entry in LXD's trust store, which must not change. */
export const BYSTANDER = "someone else's";
