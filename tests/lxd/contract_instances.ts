/**
 * Creation and deletion of empty instances in LXD 5.0.2: cases for a real LXD and for the stand-in.
 *
 * @module
 */
import { deepEqual, equal } from "node:assert/strict";
import { createStoragePool } from "./administration.ts";
import { type Case, clients, refused } from "./contract_tools.ts";
import type { LxdReply, LxdRequest } from "./world.ts";

/** Cases for a standalone server, and for a cluster. */
export const INSTANCE_CASES: readonly Case[] = [
  ["a restricted client creates and deletes an empty instance in its project", async (world) => {
    const { restricted, untrusted } = await clients(world);
    await world.createProject("other");
    deepEqual((await restricted("GET", "/1.0/storage-pools")).body?.metadata ?? [], []);
    await createStoragePool(world, "default");
    const pools = await restricted("GET", "/1.0/storage-pools");
    deepEqual(pools.body?.metadata, ["/1.0/storage-pools/default"]);
    const body = {
      name: "empty",
      source: { type: "none" },
      devices: { root: { type: "disk", path: "/", pool: "default" } },
    };
    const { body: server } = await restricted("GET", "/1.0");
    const isClustered = server?.metadata.environment.server_clustered;
    for (const member of isClustered ? world.members : [undefined]) {
      const target = member ? `&target=${member.name}` : "";
      const created = await restricted("POST", `/1.0/instances?project=default${target}`, body);
      await completed(restricted, created);
      const listed = await restricted("GET", "/1.0/instances?project=default");
      deepEqual(listed.body?.metadata, ["/1.0/instances/empty"]);
      const path = "/1.0/instances/empty?project=default";
      await completed(restricted, await restricted("DELETE", path));
      refused(await restricted("DELETE", path), 404);
    }
    refused(await restricted("POST", "/1.0/instances?project=other", body), 403, "not authorized");
    refused(await untrusted("POST", "/1.0/instances?project=default", body), 403, "not authorized");
    refused(await untrusted("GET", "/1.0/storage-pools"), 403, "not authorized");
  }],
];

async function completed(ask: LxdRequest, { status, body }: LxdReply): Promise<void> {
  equal(status, 202);
  equal(body?.type, "async");
  const [path = ""] = body?.operation?.split("?") ?? [];
  const done = await ask("GET", `${path}/wait?project=default`);
  equal(done.body?.metadata.status, "Success");
}
