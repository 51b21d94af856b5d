import { fuzz } from "./fuzz_check.ts";
import { startServers } from "./servers.ts";

Deno.test("databags: no databag fails a hook, or affects another requirer", async () => {
  await using started = await startServers(1);
  for (const server of started.servers) {
    await fuzz(server, {
      file: "tests/histories/databags_test.ts",
      count: 10_000,
      ofOneModel: 100,
      seed: 20_260_801,
    });
  }
});
