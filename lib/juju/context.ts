/**
 * The unit that runs the hook.
 *
 * @module
 */
import type { Juju } from "./hook_tools.ts";

/** The unit that runs the hook, with its hook tools. */
export interface Context {
  /** The hook tools. */
  readonly juju: Juju;
  /** Name of the application. */
  readonly application: string;
  /** Name of the unit. */
  readonly unit: string;
}

/** A unit that reads what Juju shows it. */
export type Reader = Pick<Context, "juju" | "unit">;

/** The unit, with its rights. */
export interface UnitContext extends Context {
  /** Whether the unit leads the application. */
  readonly isLeader: boolean;
  /** Whether the unit may change LXD's trust store: as the leader, or as one of the last units. */
  readonly mayChange: boolean;
}
