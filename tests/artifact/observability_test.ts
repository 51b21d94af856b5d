/**
 * The alerts and the dashboard that the charm publishes to collectors.
 */
import assert from "node:assert/strict";
import { parser } from "@grafana/lezer-logql";
import { CONTENT, readContent } from "../../build/observability.ts";
import { renderCosAgent } from "../../lib/relation/cos_agent.ts";
import { code, tables } from "../documents/markdown.ts";
import { ensurePrometheus } from "../harness/prometheus.ts";
import { ensurePackages } from "../packages.ts";
import { makeTemporaryFolder } from "../temporary.ts";
import { run } from "./process.ts";

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
}

const TOPOLOGY = { model: "prod", modelUuid: "6f1c2d3e-0000", application: "lxd-integrator" };
const { config = "" } = renderCosAgent(TOPOLOGY, []);
const PUBLISHED = JSON.parse(config);
const LOG: readonly Rule[] = PUBLISHED.log_alert_rules.groups[0].rules;

const { dashboards: [DASHBOARD = ""] } = await readContent();
const TARGETS: readonly {
  readonly datasource: { readonly type: string };
  readonly expr: string;
}[] = JSON.parse(DASHBOARD).panels.flatMap(({ targets }: { readonly targets: unknown }) => targets);

/** Lines as they stand in a unit's log, each with the alert that is about it. */
const LINES: readonly (readonly [alert: string, line: string])[] = [
  [
    "LxdCertificateExpires",
    "2026-11-27 17:46:47 WARNING unit.lxd-integrator/0.juju-log server.go:405 lxd-expiry kind=client " +
    `fingerprint=${"a".repeat(64)} requirer=my-charm/0 expires_at=2026-12-09T10:00:00Z days=12`,
  ],
  [
    "LxdCertificateExpiresInDays",
    "2026-11-27 17:46:47 WARNING unit.lxd-integrator/0.juju-log server.go:405 api:3: lxd-expiry " +
    `kind=client fingerprint=${"a".repeat(64)} requirer=my-charm/0 ` +
    "expires_at=2026-12-09T10:00:00Z days=-2",
  ],
  [
    "LxdCertificatesChangeOften",
    "2026-11-27 17:46:47 INFO unit.lxd-integrator/0.juju-log server.go:405 api:3: lxd-certificate " +
    `event=added fingerprint=${"a".repeat(64)} requirer=my-charm/0 relation=3 restricted=false`,
  ],
  [
    "LxdRefusesCertificate",
    "2026-11-27 17:46:47 WARNING unit.lxd-integrator/0.juju-log server.go:405 api:3: " +
    `Rejected certificates: my-charm/0: ${"a".repeat(64)}: LXD refuses the certificate: no`,
  ],
  [
    "LxdIntegratorHookFails",
    "2026-11-27 17:46:47 ERROR juju.worker.uniter.operation runhook.go:180 " +
    'hook "config-changed" (via explicit, bespoke hook script) failed: exit status 1',
  ],
];

Deno.test("what is published is what observability/ says", async () => {
  await ensurePackages({
    purpose: "read a dashboard",
    packages: ["xz-utils"],
    programs: [["xz", "--version"]],
  });
  // If they differ: deno task observability
  const { dashboards, ...alerts } = JSON.parse(await Deno.readTextFile(CONTENT));
  const { dashboards: texts, ...sources } = await readContent();
  assert.deepEqual(alerts, sources);
  const read = dashboards.map(async (text: string) => {
    const folder = await makeTemporaryFolder({ prefix: "dashboard-" });
    await Deno.writeFile(`${folder}/it.xz`, Uint8Array.fromBase64(text));
    const { out } = await run(["xz", "--decompress", "--stdout", `${folder}/it.xz`]);
    await Deno.remove(folder, { recursive: true });
    return out;
  });
  assert.deepEqual(await Promise.all(read), texts);
});

Deno.test.each([
  ...LOG.map(({ alert, expr }) => ({ name: alert, expr })),
  ...TARGETS.filter(({ datasource }) => datasource.type === "loki")
    .map(({ expr }) => ({ name: "a panel", expr })),
])("Loki can parse the query of $name", ({ expr }) => {
  const errors: number[] = [];
  parser.parse(expr).iterate({
    enter: ({ type, from }) => {
      if (type.isError) errors.push(from);
    },
  });
  assert.deepEqual(errors, [], expr);
});

Deno.test.each(LINES.map(([name, line]) => ({ name, line })))(
  "the alert $name finds its line, and reads all of it",
  ({ name, line }) => {
    const { expr = "" } = LOG.find(({ alert }) => alert === name) ?? {};
    const wanted = [...expr.matchAll(/\|= `([^`]+)`/g)];
    const patterns = [...expr.matchAll(/(?:\|~|regexp) `([^`]+)`/g)];
    assert.ok(wanted.length + patterns.length > 0, name);
    for (const [, text = ""] of wanted) assert.ok(line.includes(text), text);
    for (const [, pattern = ""] of patterns) {
      assert.match(line, new RegExp(pattern.replaceAll("(?P<", "(?<")), pattern);
    }
  },
);

Deno.test("every alert over the log has a line here", () => {
  assert.deepEqual(LINES.map(([name]) => name), LOG.map(({ alert }) => alert));
});

Deno.test("Prometheus takes the alerts over metrics, and the queries of the dashboard", async () => {
  await ensurePrometheus();
  const queries = TARGETS.filter(({ datasource }) => datasource.type === "prometheus")
    .map(({ expr }, index) => ({
      record: `panel:${index}`,
      expr: expr.replaceAll("$__rate_interval", "5m").replaceAll(/\$\w+/g, ".*"),
    }));
  assert.ok(queries.length > 5);
  const folder = await makeTemporaryFolder({ prefix: "rules-" });
  const { groups } = PUBLISHED.metrics_alert_rules;
  const rules = { groups: [...groups, { name: "panels", rules: queries }] };
  await Deno.writeTextFile(`${folder}/rules.yml`, JSON.stringify(rules));
  const { code, out, err } = await run(["promtool", "check", "rules", `${folder}/rules.yml`]);
  await Deno.remove(folder, { recursive: true });
  assert.equal(code, 0, `${out}${err}`);
});

Deno.test("docs/how-to-monitor.md lists each alert with its severity, and no other", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/how-to-monitor.md", import.meta.url));
  const [alerts] = tables(page);
  const listed = alerts?.rows.map(([alert = "", severity]) => [code(alert)[0], severity]);
  const rules = [...LOG, ...PUBLISHED.metrics_alert_rules.groups[0].rules];
  assert.deepEqual(listed, rules.map(({ alert, labels }) => [alert, labels.severity]));
});
