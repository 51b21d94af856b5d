import { explore } from "./explore.ts";
import { openRealStage } from "./stage.ts";

Deno.test("histories: every promise holds over the built charm and a real LXD, too", async () => {
  await using opened = await openRealStage();
  await explore(opened.stages, {
    file: "tests/histories/histories_real_test.ts",
    count: 20,
    seed: 20_260_801,
    length: 10,
    units: 2,
    canFail: false,
  });
});
