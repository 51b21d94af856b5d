/**
 * A command of `juju`, as the modules beside this one define some.
 *
 * @module
 */
import type { Arguments, KnownOptions } from "./arguments.ts";
import type { Controller } from "./controller.ts";

/** A command of `juju`, and what it was given. */
export interface Given extends Arguments {
  /** The models. */
  readonly controller: Controller;
  /** The working directory. */
  readonly folder: string;
}

/** A command of `juju`. */
export interface Command {
  /** The number of words that it takes at most. */
  readonly words: number;
  /** Whether it takes `key=value`. @default {false} */
  readonly takesValues?: boolean;
  /** Its options. @default {none} */
  readonly options?: KnownOptions;
  /** Performs it, and returns its output. */
  readonly perform: (given: Given) => string | void | Promise<string | void>;
}
