/**
 * Recorded: changes that a restricted client makes to its own entry, and deletions.
 *
 * @module
 */
import type { TestCertificate } from "../certificates.ts";
import { CERTIFICATES, client, post } from "./contract_tools.ts";
import { derOf } from "./contract_recorded_posts.ts";
import type { Recorder } from "./contract_recorder.ts";

/** Renews and deletes a restricted client by itself, then deletes another. */
export async function recordOwn(recorder: Recorder): Promise<void> {
  const { certificate, clients, other, note, world } = recorder;
  const { restricted, restrictedCertificate: own, trusted } = clients;
  const renewed = await certificate("R2");
  const material = { certificate: renewed.certificate };
  await note("restricted deletes another", restricted("DELETE", urlOf(other)));
  await note("restricted renews itself", restricted("PATCH", urlOf(own), material));
  const next = client(world, renewed);
  await note("renewed restricted", next("GET", urlOf(renewed)));
  const rename = next("PATCH", urlOf(renewed), { ...material, name: "q" });
  await note("renewed restricted renames itself", rename);
  await note("restricted deletes itself", next("DELETE", urlOf(renewed)));
  await note("DELETE other", trusted("DELETE", urlOf(other)));
  await note("DELETE other again", trusted("DELETE", urlOf(other)));
}

/** Deletes a project that an entry is limited to. */
export async function recordProjects(recorder: Recorder): Promise<void> {
  const { certificate, clients: { trusted }, note, world } = recorder;
  await world.createProject("pr");
  const added = await certificate("PR");
  await world.trust(added.certificate, { restricted: true, projects: ["pr", "default"] });
  await note("cert order", trusted("GET", urlOf(added)));
  await note("DELETE project", trusted("DELETE", "/1.0/projects/pr"));
  await note("  then GET", trusted("GET", urlOf(added)));
}

/** Asks as a metrics client, and about its entry. */
export async function recordMetrics(recorder: Recorder): Promise<void> {
  const { certificate, clients: { trusted }, note, world } = recorder;
  const metrics = await certificate("M");
  await world.trust(metrics.certificate, { type: "metrics", name: "m" });
  const scraper = client(world, metrics);
  await note("metrics client GET /1.0", scraper("GET", "/1.0"), {
    pick: ({ auth, config, auth_user_name: n }) => ({ auth, config, n }),
  });
  await note("metrics client GET certificates", scraper("GET", CERTIFICATES));
  await note("metrics client GET metrics", scraper("GET", "/1.0/metrics"));
  const another = await certificate("MP");
  await note("metrics client POST", scraper("POST", CERTIFICATES, post(another.der)));
  const again = trusted("POST", CERTIFICATES, post(metrics.der, { name: "x" }));
  await note("POST client of a metrics certificate", again);
  const url = urlOf(metrics);
  await note("PATCH metrics to client", trusted("PATCH", url, { type: "client" }));
  await note("GET metrics entry", trusted("GET", url));
}

/** Changes and deletes the entry of a server. Last, a client deletes itself. */
export async function recordServers(recorder: Recorder): Promise<void> {
  const { clients, nameFingerprint, note, world, write } = recorder;
  const { trusted } = clients;
  const servers = (await world.trustStore()).filter(({ type }) => type === "server");
  write({
    k: "servers",
    m: servers.map(({ name, restricted, projects }) => ({ name, restricted, projects })),
  });
  const [first] = servers;
  if (first === undefined) throw new RangeError("Cannot find an entry of a server: none was added");
  nameFingerprint(first.fingerprint, "SRV");
  const url = urlOf(first);
  const again = trusted("POST", CERTIFICATES, post(derOf(first.certificate)));
  await note("POST client of a server certificate", again);
  await note("PATCH server name", trusted("PATCH", url, { name: "zz" }));
  const limit = { restricted: true, projects: ["default"] };
  await note("PATCH server restricted", trusted("PATCH", url, limit));
  await note("GET server", trusted("GET", url));
  await note("restricted deletes server", clients.restricted("DELETE", url));
  await note("DELETE server", trusted("DELETE", url));
  await note("  then GET", trusted("GET", url));
  const self = urlOf(clients.trustedCertificate);
  await note("admin deletes itself", trusted("DELETE", self));
}

function urlOf({ fingerprint }: Pick<TestCertificate, "fingerprint">): string {
  return `${CERTIFICATES}/${fingerprint}`;
}
