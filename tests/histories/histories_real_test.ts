import { explore } from "./explore.ts";
import { startRealServer } from "./servers.ts";

Deno.test("histories: every promise holds for the built charm beside a real LXD", async () => {
  await using started = await startRealServer();
  await explore(started.servers, {
    file: "tests/histories/histories_real_test.ts",
    count: 20,
    seed: 20_260_801,
    length: 10,
    units: 2,
    canFail: false,
  });
});
