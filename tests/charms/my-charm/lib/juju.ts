/**
 * The hook tools that this charm needs.
 *
 * @module
 */
import type { Databag } from "@lxd-integrator/requirer";

/**
 * Runs a hook tool.
 *
 * @param args Arguments, which every user of the machine can read. They must hold no secret.
 * @returns Standard output.
 * @throws {Error} If the tool fails. Uncaught, the error fails the hook, and Juju runs the hook
 * again.
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
 * Runs a hook tool that prints a value, and returns the value.
 */
export async function ask<T>(tool: string, ...args: readonly string[]): Promise<T> {
  return JSON.parse(await run(tool, ["--format=json", ...args]));
}

/** Returns the name of this unit, such as `my-charm/0`. */
export function unitName(): string {
  return Deno.env.get("JUJU_UNIT_NAME") ?? "";
}

/** Returns the UUID of the model. Units of two models on one machine may have the same name. */
export function modelUuid(): string {
  return Deno.env.get("JUJU_MODEL_UUID") ?? "";
}

/** Returns the id of the relation with LXD's provider, such as `lxd:3`, or undefined. */
export async function findRelation(): Promise<string | undefined> {
  const [id] = await ask<string[]>("relation-ids", "lxd");
  return id;
}

/** A provider's databags. */
export interface ProviderDatabags {
  /** The application's databag. */
  readonly application: Databag;
  /** The databag of each unit. */
  readonly units: readonly Databag[];
}

/**
 * Reads the provider's databags.
 *
 * @param relation Id of the relation.
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
 * Writes keys into this unit's databag. After a change Juju runs a hook of the provider.
 *
 * @param relation Id of the relation.
 */
export async function writeDatabag(relation: string, databag: Databag): Promise<void> {
  await run("relation-set", ["-r", relation, "--file", "-"], JSON.stringify(databag));
}
