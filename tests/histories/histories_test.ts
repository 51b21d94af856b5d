import { explore } from "./explore.ts";
import { TESTED_DIALECTS } from "../lxd/tested_dialects.ts";
import { startServers } from "./servers.ts";

const [FIRST] = TESTED_DIALECTS;

Deno.test.each(
  TESTED_DIALECTS.map((dialect) => ({ dialect, count: dialect === FIRST ? 500 : 100 })),
)("histories: every promise holds over LXD $dialect for events in any order", async (one) => {
  const { dialect, count } = one;
  await using started = await startServers(4, dialect);
  await explore(started.servers, {
    file: "tests/histories/histories_test.ts",
    count,
    seed: 20_260_801,
    length: 40,
    units: 3,
    canFail: true,
  });
});
