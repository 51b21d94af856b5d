/**
 * The wire format of the interface `cos_agent`: what a collector of logs and metrics reads in a unit's
 * databag. The collector is a subordinate on the machine of the unit.
 *
 * @module
 */
import * as z from "zod/mini";
import { type Databag, parseJson } from "../requirer/databag.ts";
import type { Projects } from "../trust/projects.ts";
import type { Node } from "../trust/want.ts";
import content from "./cos_agent.json" with { type: "json" };

/** Where a unit is in Juju. Collectors mark alerts with it. */
export interface Topology {
  /** Name of the model. */
  readonly model: string;
  /** UUID of the model. */
  readonly modelUuid: string;
  /** Name of the application. */
  readonly application: string;
}

/** What it takes to read the metrics of LXD's members. */
export interface Metrics {
  /** The members. */
  readonly nodes: readonly Node[];
  /** The certificate that LXD lets in, PEM. */
  readonly certificate: string;
  /** Its private key, PEM. */
  readonly key: string;
  /** The projects that the certificate is restricted to; null for none. */
  readonly projects: Projects;
  /** The certificate that every member presents, PEM. */
  readonly server: string;
  /** A name in that certificate; undefined if it has none. */
  readonly serverName: string | undefined;
}

/** A job of Prometheus, as far as it is read again. */
export interface ScrapeJob {
  /** Its name, which no other job of the collector has. */
  readonly job_name: string;
  /** The certificate and its key. */
  readonly tls_config: { readonly cert: string; readonly key: string };
}

/** The endpoint that collectors relate to. */
export const COLLECTORS = "cos-agent";

/** The key of the databag. */
export const COS_AGENT_KEY = "config";

const CHARM = "lxd-integrator";

const Job: z.ZodMiniType<ScrapeJob> = z.looseObject({
  job_name: z.string(),
  tls_config: z.looseObject({ cert: z.string(), key: z.string() }),
});
const Config = z.object({ metrics_scrape_jobs: z.array(Job) });

/**
 * Renders jobs that read the metrics of each member. From a certificate that is restricted, LXD 5.0 expects
 * a request for each project.
 */
export function renderJobs({ application }: Topology, metrics: Metrics): readonly ScrapeJob[] {
  const { nodes, certificate, key, projects, server, serverName } = metrics;
  const job = {
    scheme: "https",
    metrics_path: "/1.0/metrics",
    static_configs: nodes.map(({ endpoint, name }) => ({
      targets: [new URL(endpoint).host],
      labels: { lxd_member: name },
    })),
    tls_config: {
      ca: server,
      cert: certificate,
      key,
      ...serverName !== undefined && { server_name: serverName },
    },
  };
  const name = `${application}_lxd`;
  if (!projects) return [{ job_name: name, ...job }];
  return projects.map((project) => ({
    job_name: `${name}_${project}`,
    params: { project: [project] },
    ...job,
  }));
}

/** Renders a unit's databag. Alerts and dashboards are the same in each unit. */
export function renderCosAgent(topology: Topology, jobs: readonly ScrapeJob[]): Databag {
  const config = {
    metrics_alert_rules: renderRules("metrics", content.metricsAlerts, topology),
    log_alert_rules: renderRules("log", content.logAlerts, topology),
    dashboards: content.dashboards,
    metrics_scrape_jobs: jobs,
    log_slots: [],
  };
  return { [COS_AGENT_KEY]: JSON.stringify(config) };
}

/**
 * Parses the jobs in a unit's databag. Jobs that cannot be read count as absent.
 *
 * @example A databag of another charm
 * ```ts
 * import assert from "node:assert/strict";
 * const job = { job_name: "a", metrics_path: "/metrics" };
 * assert.deepEqual(parseJobs({ config: JSON.stringify({ metrics_scrape_jobs: [job] }) }), []);
 * ```
 */
export function parseJobs(databag: Databag): readonly ScrapeJob[] {
  const { data } = Config.safeParse(parseJson(databag[COS_AGENT_KEY] ?? ""));
  return data?.metrics_scrape_jobs ?? [];
}

/** Renders one group of rules. Its name tells whose it is, in the form that collectors leave as it is. */
function renderRules(
  kind: string,
  rules: readonly { readonly expr: string; readonly labels: object }[],
  { model, modelUuid, application }: Topology,
): object {
  const name = `${model}_${modelUuid.slice(0, 8)}_${application}_${kind}_rules`;
  const [ofModel, ofApplication] = [
    `juju_model_uuid="${modelUuid}"`,
    `juju_application="${application}"`,
  ];
  // The streams of a unit's log have the name of the collector's application.
  const log = `{filename=~".+/unit-${application}-[0-9]+[.]log",${ofModel}}`;
  return {
    groups: [{
      name: name.replaceAll(/[^\w:]/g, "_"),
      rules: rules.map((rule) => ({
        ...rule,
        expr: rule.expr.replaceAll("%%log%%", log)
          .replaceAll("%%juju%%", `${ofModel},${ofApplication}`),
        labels: {
          ...rule.labels,
          juju_model: model,
          juju_model_uuid: modelUuid,
          juju_application: application,
          juju_charm: CHARM,
        },
      })),
    }],
  };
}
