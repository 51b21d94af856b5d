/**
 * `deno task observability`: writes the alerts and the dashboard of `observability/` in the form in which
 * the charm publishes them.
 *
 * @module
 */

import { parseYaml } from "./declarations.ts";
import { BuildError } from "./error.ts";

/** The file that is written. */
export const CONTENT: URL = new URL("../lib/relation/cos_agent.json", import.meta.url);

const SOURCES = new URL("../observability/", import.meta.url);

/** What the charm publishes, before it fills in its application and its model. */
export interface Content {
  /** The alerts over the log. */
  readonly logAlerts: unknown;
  /** The alerts over the metrics. */
  readonly metricsAlerts: unknown;
  /** The dashboards, each compressed by xz, in base64. */
  readonly dashboards: readonly string[];
}

/**
 * Reads the sources.
 *
 * @returns The content, with each dashboard as its text.
 */
export async function readContent(): Promise<Content> {
  const read = (name: string) => Deno.readTextFile(new URL(name, SOURCES));
  return {
    logAlerts: parseYaml(await read("log_alerts.yaml")),
    metricsAlerts: parseYaml(await read("metrics_alerts.yaml")),
    dashboards: [JSON.stringify(JSON.parse(await read("dashboard.json")))],
  };
}

/** Compresses a text by the program xz. Versions of it give different bytes, so the result is kept. */
async function compress(text: string): Promise<string> {
  const process = new Deno.Command("xz", {
    args: ["--format=xz", "-9", "--extreme", "--stdout"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { success, stdout } = await process.output();
  if (!success) throw new BuildError("Cannot compress a dashboard: xz failed");
  return stdout.toBase64();
}

if (import.meta.main) {
  const { dashboards, ...alerts } = await readContent();
  const content = { ...alerts, dashboards: await Promise.all(dashboards.map(compress)) };
  await Deno.writeTextFile(CONTENT, JSON.stringify(content));
}
