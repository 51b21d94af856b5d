import { fuzz } from "./fuzz_check.ts";
import { openRealStage } from "./stage.ts";

Deno.test("databags: whatever a requirer writes, the built charm and a real LXD bear it, too", async () => {
  await using opened = await openRealStage();
  for (const stage of opened.stages) {
    await fuzz(stage, {
      file: "tests/histories/databags_real_test.ts",
      count: 100,
      ofOneModel: 50,
      seed: 20_260_801,
    });
  }
});
