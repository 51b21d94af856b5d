import { explore } from "./explore.ts";
import { startServers } from "./servers.ts";

Deno.test("histories: honest applications are served as if the hostile one was not there", async () => {
  await using started = await startServers(4);
  await explore(started.servers, {
    file: "tests/histories/hostile_test.ts",
    count: 100,
    seed: 20_260_801,
    length: 30,
    units: 2,
    canFail: true,
    canMeddle: false,
    hasTwin: true,
  });
});
