import { fuzz } from "./fuzz_check.ts";
import { startRealServer } from "./servers.ts";

Deno.test("databags: no databag fails the built charm beside a real LXD", async () => {
  await using started = await startRealServer();
  for (const server of started.servers) {
    await fuzz(server, {
      file: "tests/histories/databags_real_test.ts",
      count: 100,
      ofOneModel: 50,
      seed: 20_260_801,
    });
  }
});
