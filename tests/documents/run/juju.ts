/**
 * The commands of `juju` that documents use, in a Juju model.
 *
 * @module
 */
import { readArguments } from "./arguments.ts";
import { APPLICATIONS } from "./juju_applications.ts";
import type { Command } from "./juju_command.ts";
import { MODELS } from "./juju_models.ts";
import { RUN } from "./juju_run.ts";
import { SECRETS } from "./juju_secrets.ts";
import { STATUS } from "./juju_status.ts";
import type { Controller } from "./controller.ts";

/**
 * Performs a command of `juju`, and returns its standard output.
 *
 * @throws {Error} If the command is unknown or fails.
 */
export type RunJuju = (args: readonly string[], folder: string) => Promise<string>;

const COMMANDS: Readonly<Record<string, Command>> = {
  ...APPLICATIONS,
  ...MODELS,
  ...RUN,
  ...SECRETS,
  ...STATUS,
};

/**
 * Makes the program `juju` of a controller. After each command, all hooks run, as an operator would wait.
 * Messages of progress are left out: Juju prints them to standard error.
 */
export function createJuju(controller: Controller): RunJuju {
  return async ([name = "", ...args], folder) => {
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!command) {
      throw new Error(`Cannot try "juju ${name}": tests/documents/run does not know it`);
    }
    const given = readArguments(args, command.options ?? {});
    const values = Object.keys(given.values);
    const [extra] = [...given.words.slice(command.words), ...command.takesValues ? [] : values];
    if (extra !== undefined) throw new Error(`Cannot try "juju ${name}" with "${extra}"`);
    const output = await command.perform({ controller, folder, ...given });
    await controller.settle();
    return output ?? "";
  };
}
