/**
 * Juju's hook tools, as far as this charm needs them.
 *
 * @module
 */
import type { Databag } from "@lxd-integrator/requirer";

/**
 * Runs a hook tool.
 *
 * @param tool Its name.
 * @param args Its arguments. Every user of the machine can read them: nothing secret goes there.
 * @param stdin What it reads on standard input.
 * @returns What it prints.
 * @throws {Error} If it fails. Uncaught it fails the hook, and Juju runs the hook again.
 */
export async function run(
  tool: string,
  args: readonly string[],
  stdin?: string,
): Promise<string> {
  const process = new Deno.Command(tool, {
    args: [...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(stdin)).catch(() => {});
  await writer.close().catch(() => {});
  const { success, code, stdout, stderr } = await process.output();
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout);
  throw new Error(`Cannot run ${tool}: exit status ${code}: ${decoder.decode(stderr).trim()}`);
}

/**
 * Runs a hook tool that prints a value.
 *
 * @param tool Its name.
 * @param args Its arguments.
 * @returns The value.
 */
export async function ask<T>(tool: string, ...args: readonly string[]): Promise<T> {
  return JSON.parse(await run(tool, ["--format=json", ...args]));
}

/** Name of this unit, such as `my-charm/0`. */
export function unitName(): string {
  return Deno.env.get("JUJU_UNIT_NAME") ?? "";
}

/** UUID of the model, without which a unit's name need not be the only one on its machine. */
export function modelUuid(): string {
  return Deno.env.get("JUJU_MODEL_UUID") ?? "";
}

/** Id of the relation with a provider of LXD, such as `lxd:3`; undefined where there is none. */
export async function findRelation(): Promise<string | undefined> {
  const [id] = await ask<string[]>("relation-ids", "lxd");
  return id;
}

/** A provider's databags. */
export interface ProviderDatabags {
  /** Of the application. */
  readonly application: Databag;
  /** Of each of its units. */
  readonly units: readonly Databag[];
}

/**
 * Reads what the provider has written.
 *
 * @param relation Id of the relation.
 * @returns The provider's databags.
 */
export async function readProvider(relation: string): Promise<ProviderDatabags> {
  const [name, units] = await Promise.all([
    ask<string>("relation-list", "-r", relation, "--app"),
    ask<string[]>("relation-list", "-r", relation),
  ]);
  const [application, ...databags] = await Promise.all([
    ask<Databag>("relation-get", "-r", relation, "--app", "-", name),
    ...units.map((unit) => ask<Databag>("relation-get", "-r", relation, "-", unit)),
  ]);
  return { application, units: databags };
}

/**
 * Writes into this unit's databag. Juju tells the provider if that changes anything.
 *
 * @param relation Id of the relation.
 * @param databag What to write.
 */
export async function writeDatabag(relation: string, databag: Databag): Promise<void> {
  await run("relation-set", ["-r", relation, "--file", "-"], JSON.stringify(databag));
}
