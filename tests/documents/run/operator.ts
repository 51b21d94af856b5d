/**
 * An operator with a shell, a Juju controller and LXD. Every test that runs a document uses this module.
 *
 * @module
 */
import type { ModelOptions } from "../../juju/mod.ts";
import type { RealLxd } from "../../lxd/real.ts";
import { charmFor, RUNNING, type Running } from "../../harness/hooks.ts";
import { buildMyCharm } from "../../harness/my_charm.ts";
import { type Controller, createController } from "./controller.ts";
import { createJuju } from "./juju.ts";
import { type Shell, startShell } from "./shell.ts";

/** An operator. Disposal ends the shell and the models, and leaves LXD. */
export interface Operator extends AsyncDisposable {
  /** The shell. */
  readonly shell: Shell;
  /** The models. */
  readonly controller: Controller;
}

/** Options of an operator. */
export interface OperatorOptions {
  /** Other LXDs, by the name of the remote. @default {none} */
  readonly remotes?: Readonly<Record<string, RealLxd>>;
  /** Further charms, by their names in `dist/`. @default {none} */
  readonly charms?: Readonly<Record<string, string>>;
  /** How the charm's hooks run. @default {the variable HOOKS} */
  readonly running?: Running;
  /** Options of the models. */
  readonly model?: ModelOptions;
}

/**
 * Makes an operator whose working directory is a copy of this repository after the build.
 *
 * @param lxd The LXD that is Juju's cloud.
 */
export async function createOperator(
  lxd: RealLxd,
  { remotes = {}, charms = {}, running = RUNNING, model }: OperatorOptions = {},
): Promise<Operator> {
  await using begun = new AsyncDisposableStack();
  const controller = begun.use(await createController(lxd, { running, ...model && { model } }));
  const all = {
    "lxd-integrator_amd64.charm": await charmFor(running),
    "my-charm_amd64.charm": await buildMyCharm(),
    ...charms,
  };
  const shell = begun.use(
    await startShell({
      juju: createJuju(controller),
      lxd: directoryOf(lxd),
      remotes: mapValues(remotes, directoryOf),
      files: Object.fromEntries(
        Object.entries(all).map(([name, path]) => [`dist/${name}`, path]),
      ),
    }),
  );
  const ended = begun.move();
  return { shell, controller, [Symbol.asyncDispose]: () => ended.disposeAsync() };
}

function directoryOf({ daemons: [daemon] }: RealLxd): string {
  return daemon?.directory ?? "";
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
