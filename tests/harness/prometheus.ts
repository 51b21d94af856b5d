/**
 * A Prometheus that scrapes what a collector is handed. It comes from Debian's package.
 *
 * @module
 */
import { until } from "../lxd/administration.ts";
import { ensurePackages } from "../packages.ts";
import { makeTemporaryFolder } from "../temporary.ts";
import type { Job } from "./collector.ts";

/** A target as Prometheus sees it. */
export interface Target {
  /** Its labels. */
  readonly labels: Readonly<Record<string, string>>;
  /** `up`, `down`, or `unknown` before the first scrape. */
  readonly health: string;
  /** Why the last scrape failed; empty if it did not. */
  readonly lastError: string;
}

/** A Prometheus. Disposal ends it. */
export interface Prometheus extends AsyncDisposable {
  /** Waits until every target has a health, and returns the targets. */
  readonly targets: (health: string) => Promise<readonly Target[]>;
}

const LIMIT_MS = 60_000;

/** Installs Prometheus, with its checker of rules. */
export async function ensurePrometheus(): Promise<void> {
  await ensurePackages({
    purpose: "scrape metrics",
    packages: ["prometheus"],
    programs: [["prometheus", "--version"], ["promtool", "--version"]],
  });
}

/**
 * Starts a Prometheus with jobs. Debian's version takes certificates from files alone, which newer ones
 * need not: the files have the texts of the jobs.
 *
 * @param hostname A loopback address to listen at.
 */
export async function startPrometheus(
  jobs: readonly Job[],
  hostname = "127.0.0.1",
): Promise<Prometheus> {
  await ensurePrometheus();
  const folder = await makeTemporaryFolder({ prefix: "prometheus-" });
  const config = {
    global: { scrape_interval: "250ms", scrape_timeout: "250ms" },
    scrape_configs: await Promise.all(jobs.map((job) => withFiles(job, folder))),
  };
  await Deno.writeTextFile(`${folder}/prometheus.yml`, JSON.stringify(config));
  const port = freePort(hostname);
  const process = new Deno.Command("prometheus", {
    args: [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=${hostname}:${port}`,
      "--log.level=error",
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const read = async (): Promise<readonly Target[]> => {
    const response = await fetch(`http://${hostname}:${port}/api/v1/targets`);
    return (await response.json()).data.activeTargets;
  };
  return {
    targets: async (health) => {
      await until(`see each target ${health}`, LIMIT_MS, async () => {
        const targets = await read();
        return targets.length > 0 && targets.every((target) => target.health === health);
      });
      return await read();
    },
    [Symbol.asyncDispose]: async () => {
      process.kill();
      await process.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Replaces the texts of certificates by files that hold them. */
async function withFiles(job: Job, folder: string): Promise<object> {
  const { ca, cert, key, ...others } = job.tls_config;
  const name = `${folder}/${job.job_name}`;
  const files = Object.entries({ ca, cert, key }).map(async ([part, text]) => {
    await Deno.writeTextFile(`${name}.${part}`, text);
    return [`${part}_file`, `${name}.${part}`];
  });
  return { ...job, tls_config: { ...others, ...Object.fromEntries(await Promise.all(files)) } };
}

function freePort(hostname: string): number {
  using listener = Deno.listen({ hostname, port: 0 });
  return listener.addr.port;
}
