/**
 * The parts of a charm that the model uses.
 *
 * @module
 */

/** Role of an endpoint. */
export type Role = "provides" | "requires" | "peer";

/** An endpoint of a charm. */
export interface Endpoint {
  readonly name: string;
  readonly role: Role;
  readonly interface: string;
}

/** Value of a configuration option. */
export type ConfigValue = string | number | boolean;

/** Type of a configuration option. */
export type OptionType = "string" | "int" | "float" | "boolean" | "secret";

/** A configuration option of a charm. */
export interface Option {
  readonly type: OptionType;
  /** Undefined if the option has no default. config-get then omits the option. */
  readonly default: ConfigValue | undefined;
}

/** An action of a charm. */
export interface ActionSpec {
  /** JSON schema of each parameter. */
  readonly params: Readonly<Record<string, Record<string, unknown>>>;
  readonly required: readonly string[];
  /** Whether the action accepts parameters that its schema does not name. */
  readonly additionalProperties: boolean;
}

/** An expanded charm. Nothing changes its directory. */
export interface Charm {
  readonly name: string;
  readonly directory: string;
  /** The bases of manifest.yaml, such as `ubuntu@24.04`. */
  readonly bases: readonly string[];
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly options: ReadonlyMap<string, Option>;
  readonly actions: ReadonlyMap<string, ActionSpec>;
}
