import assert from "node:assert/strict";
import { type Metrics, parseJobs, renderCosAgent, renderJobs } from "./cos_agent.ts";

const TOPOLOGY = { model: "prod", modelUuid: "6f1c2d3e-0000", application: "lxd-two" };
const METRICS: Metrics = {
  nodes: [
    { endpoint: "https://10.0.0.1:8443", name: "node1" },
    { endpoint: "https://[fd00::1]:8443", name: "node2" },
  ],
  certificate: "a certificate",
  key: "a key",
  projects: null,
  server: "the server's",
  serverName: "node1",
};

Deno.test("renderJobs() makes one job with a target for each member", () => {
  assert.deepEqual(renderJobs(TOPOLOGY, METRICS), [{
    job_name: "lxd-two_lxd",
    scheme: "https",
    metrics_path: "/1.0/metrics",
    static_configs: [
      { targets: ["10.0.0.1:8443"], labels: { lxd_member: "node1" } },
      { targets: ["[fd00::1]:8443"], labels: { lxd_member: "node2" } },
    ],
    tls_config: {
      ca: "the server's",
      cert: "a certificate",
      key: "a key",
      server_name: "node1",
    },
  }]);
});

Deno.test("renderJobs() makes a job for each project of a restricted certificate", () => {
  const jobs = renderJobs(TOPOLOGY, { ...METRICS, projects: ["db", "web"] });
  assert.deepEqual(jobs.map(({ job_name: name }) => name), ["lxd-two_lxd_db", "lxd-two_lxd_web"]);
  assert.deepEqual(jobs.map((job) => "params" in job && job.params), [
    { project: ["db"] },
    { project: ["web"] },
  ]);
});

Deno.test("renderJobs() names no server whose certificate has no name", () => {
  const [job] = renderJobs(TOPOLOGY, { ...METRICS, serverName: undefined });
  assert.ok(job && !("server_name" in job.tls_config));
});

Deno.test("parseJobs() reads what renderCosAgent() wrote, and nothing else", () => {
  const jobs = renderJobs(TOPOLOGY, METRICS);
  assert.deepEqual(parseJobs(renderCosAgent(TOPOLOGY, jobs)), jobs);
  for (const config of ["", "{}", "[", '{"metrics_scrape_jobs":[{}]}', "null"]) {
    assert.deepEqual(parseJobs({ config }), [], config);
  }
});

Deno.test("renderCosAgent() fills in the model and the application", () => {
  const { config = "" } = renderCosAgent(TOPOLOGY, []);
  assert.doesNotMatch(config, /%%/);
  const { log_alert_rules: log, metrics_alert_rules: metrics } = JSON.parse(config);
  for (const [kind, { groups }] of Object.entries({ log, metrics })) {
    assert.equal(groups.length, 1);
    assert.equal(groups[0].name, `prod_6f1c2d3e_lxd_two_${kind}_rules`);
    for (const { labels, expr } of groups[0].rules) {
      assert.match(expr, /juju_model_uuid="6f1c2d3e-0000"/);
      assert.match(labels.severity, /^(warning|critical)$/);
      assert.deepEqual({ ...labels, severity: "" }, {
        severity: "",
        juju_model: "prod",
        juju_model_uuid: "6f1c2d3e-0000",
        juju_application: "lxd-two",
        juju_charm: "lxd-integrator",
      });
    }
  }
});
