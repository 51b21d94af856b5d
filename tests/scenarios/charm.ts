/**
 * The charm under test.
 *
 * @module
 */

/** The charm as `deno task build` made it. */
export const CHARM: string = new URL("../../dist/lxd-integrator_amd64.charm", import.meta.url)
  .pathname;

/** Name of the application under test. */
export const APPLICATION = "lxd-integrator";

/** Name of its first unit. */
export const UNIT = "lxd-integrator/0";

/** Name of an entry in LXD's trust store that nobody here has anything to do with. */
export const BYSTANDER = "someone else's";
