/**
 * Recorded: what a restricted client does to itself, and how entries and projects go.
 *
 * @module
 */
import type { TestCertificate } from "../certificates.ts";
import { CERTIFICATES, client, post } from "./contract_tools.ts";
import { derOf } from "./contract_recorded_posts.ts";
import type { Recorder } from "./contract_recorder.ts";

/** Renews and deletes a restricted client by itself, then deletes another. */
export async function recordOwn(recorder: Recorder): Promise<void> {
  const { certificate, clients, other, say, world } = recorder;
  const { restricted, restrictedCertificate: own, trusted } = clients;
  const renewed = await certificate("R2");
  const material = { certificate: renewed.certificate };
  await say("restricted deletes another", restricted("DELETE", urlOf(other)));
  await say("restricted renews itself", restricted("PATCH", urlOf(own), material));
  const next = client(world, renewed);
  await say("renewed restricted", next("GET", urlOf(renewed)));
  const rename = next("PATCH", urlOf(renewed), { ...material, name: "q" });
  await say("renewed restricted renames itself", rename);
  await say("restricted deletes itself", next("DELETE", urlOf(renewed)));
  await say("DELETE other", trusted("DELETE", urlOf(other)));
  await say("DELETE other again", trusted("DELETE", urlOf(other)));
}

/** Deletes a project that an entry is limited to. */
export async function recordProjects(recorder: Recorder): Promise<void> {
  const { certificate, clients: { trusted }, say, world } = recorder;
  await world.createProject("pr");
  const added = await certificate("PR");
  await world.trust(added.certificate, { restricted: true, projects: ["pr", "default"] });
  await say("cert order", trusted("GET", urlOf(added)));
  await say("DELETE project", trusted("DELETE", "/1.0/projects/pr"));
  await say("  then GET", trusted("GET", urlOf(added)));
}

/** Asks as a metrics client, and about its entry. */
export async function recordMetrics(recorder: Recorder): Promise<void> {
  const { certificate, clients: { trusted }, say, world } = recorder;
  const metrics = await certificate("M");
  await world.trust(metrics.certificate, { type: "metrics", name: "m" });
  const scraper = client(world, metrics);
  await say("metrics client GET /1.0", scraper("GET", "/1.0"), {
    pick: ({ auth, config, auth_user_name: n }) => ({ auth, config, n }),
  });
  await say("metrics client GET certificates", scraper("GET", CERTIFICATES));
  await say("metrics client GET metrics", scraper("GET", "/1.0/metrics"));
  const another = await certificate("MP");
  await say("metrics client POST", scraper("POST", CERTIFICATES, post(another.der)));
  const again = trusted("POST", CERTIFICATES, post(metrics.der, { name: "x" }));
  await say("POST client of a metrics certificate", again);
  const url = urlOf(metrics);
  await say("PATCH metrics to client", trusted("PATCH", url, { type: "client" }));
  await say("GET metrics entry", trusted("GET", url));
}

/** Meddles with an entry of a server; last, a client deletes itself. */
export async function recordServers(recorder: Recorder): Promise<void> {
  const { call, clients, say, world, write } = recorder;
  const { trusted } = clients;
  const servers = (await world.trustStore()).filter(({ type }) => type === "server");
  write({
    k: "servers",
    m: servers.map(({ name, restricted, projects }) => ({ name, restricted, projects })),
  });
  const [first] = servers;
  if (first === undefined) throw new RangeError("Cannot find an entry of a server: none was added");
  call(first.fingerprint, "SRV");
  const url = urlOf(first);
  const again = trusted("POST", CERTIFICATES, post(derOf(first.certificate)));
  await say("POST client of a server certificate", again);
  await say("PATCH server name", trusted("PATCH", url, { name: "zz" }));
  const limit = { restricted: true, projects: ["default"] };
  await say("PATCH server restricted", trusted("PATCH", url, limit));
  await say("GET server", trusted("GET", url));
  await say("restricted deletes server", clients.restricted("DELETE", url));
  await say("DELETE server", trusted("DELETE", url));
  await say("  then GET", trusted("GET", url));
  const self = urlOf(clients.trustedCertificate);
  await say("admin deletes itself", trusted("DELETE", self));
}

function urlOf({ fingerprint }: Pick<TestCertificate, "fingerprint">): string {
  return `${CERTIFICATES}/${fingerprint}`;
}
