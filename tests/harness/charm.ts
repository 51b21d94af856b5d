/**
 * The charm under test.
 *
 * @module
 */

/** The charm: the one that the variable CHARM names, else the one that `deno task test` built. */
export const CHARM: string = Deno.env.get("CHARM") ??
  new URL("../../dist/lxd-integrator_amd64.charm", import.meta.url).pathname;

/** Name of the application under test. */
export const APPLICATION = "lxd-integrator";

/** Name of its first unit. */
export const UNIT = "lxd-integrator/0";

/** Name of an entry in LXD's trust store that must stay as it is. */
export const BYSTANDER = "someone else's";
