/**
 * A collector of logs and metrics that is related to the charm, as Grafana Agent and the collector of
 * OpenTelemetry are.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createClient } from "../lxd/client.ts";
import type { LxdReply } from "../lxd/world.ts";
import type { Model, RelationHandle } from "../juju/mod.ts";
import { APPLICATION, UNIT } from "./charm.ts";

/** A group of alerts. */
export interface AlertGroup {
  /** Its name. */
  readonly name: string;
  /** The alerts. */
  readonly rules: readonly {
    readonly alert: string;
    readonly expr: string;
    readonly labels: Readonly<Record<string, string>>;
  }[];
}

/** A job of Prometheus. */
export interface Job {
  readonly job_name: string;
  readonly scheme: string;
  readonly metrics_path: string;
  readonly params?: Readonly<Record<string, readonly string[]>>;
  readonly static_configs: readonly {
    readonly targets: readonly string[];
    readonly labels: Readonly<Record<string, string>>;
  }[];
  readonly tls_config: {
    readonly ca: string;
    readonly cert: string;
    readonly key: string;
    readonly server_name?: string;
  };
}

/** What a unit of the charm publishes to its collector. */
export interface Handed {
  readonly metrics_alert_rules: { readonly groups: readonly AlertGroup[] };
  readonly log_alert_rules: { readonly groups: readonly AlertGroup[] };
  readonly dashboards: readonly string[];
  readonly metrics_scrape_jobs: readonly Job[];
  readonly log_slots: readonly string[];
}

/** A collector. */
export interface Collector {
  /** Its relation with the charm. */
  readonly relation: RelationHandle;
  /** Reads what a unit of the charm hands over. @default {the first unit} */
  readonly handed: (unit?: string) => Handed;
}

/** Adds a collector, and relates it to the charm. */
export function addCollector(model: Model, name = "otelcol"): Collector {
  const endpoints = { "cos-agent": { role: "requires", interface: "cos_agent" } } as const;
  model.addApplication(name, { endpoints });
  const relation = model.relate(`${APPLICATION}:cos-agent`, `${name}:cos-agent`);
  return {
    relation,
    handed: (unit = UNIT) => {
      const { config = "", ...others } = relation.read(unit);
      const keys = Object.keys(others).filter((key) => !/^(egress|ingress|private)-/.test(key));
      assert.deepEqual(keys, []);
      return JSON.parse(config);
    },
  };
}

/** Reads the metrics of each target of a job, with nothing but the job. */
export async function scrape(job: Job): Promise<readonly LxdReply[]> {
  const { scheme, metrics_path: path, params = {}, static_configs: groups, tls_config: tls } = job;
  const query = Object.entries(params).flatMap(([name, values]) =>
    values.map((value) => `${name}=${value}`)
  );
  const url = [path, query.join("&")].filter((part) => part !== "").join("?");
  return await Promise.all(
    groups.flatMap(({ targets }) => targets).map((target) => {
      const client = createClient({
        endpoint: `${scheme}://${target}`,
        serverCertificate: tls.ca,
        certificate: tls.cert,
        key: tls.key,
      });
      return client("GET", url);
    }),
  );
}

/** Reads metrics, and returns the HTTP statuses. */
export async function statusesOf(job: Job): Promise<readonly number[]> {
  return (await scrape(job)).map(({ status }) => status);
}
