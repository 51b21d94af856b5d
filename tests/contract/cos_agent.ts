/**
 * Judges what a unit publishes over `cos_agent`, by the schema of that interface and by the library that
 * collectors read it with.
 *
 * @module
 */
import { run } from "../artifact/process.ts";
import { ensureVirtualEnvironment } from "../pypi.ts";

const REQUIREMENTS = ["cosl==1.11.3", "jsonschema==4.26.0", "pydantic==2.14.4"];
const PROGRAM = new URL("cos_agent.py", import.meta.url).pathname;
const SCHEMA = new URL("cos_agent_v0_provider.json", import.meta.url).pathname;

/**
 * Reads a configuration as collectors do.
 *
 * @param config The text of the key `config`.
 * @returns The titles of the dashboards.
 * @throws {Error} with the library's message, if it is wrong.
 */
export async function judgeCosAgent(config: string): Promise<readonly string[]> {
  const python = await ensureVirtualEnvironment("cos-agent", REQUIREMENTS);
  const { code, out, err } = await run([python, PROGRAM, SCHEMA], { stdin: config });
  if (code !== 0) throw new Error(`Cannot read what a collector gets: ${err}`);
  return JSON.parse(out);
}
