import { fuzz } from "./fuzz_check.ts";
import { openStages } from "./stage.ts";

Deno.test("databags: whatever a requirer writes, hooks end well and nobody else notices", async () => {
  await using opened = await openStages(1);
  for (const stage of opened.stages) {
    await fuzz(stage, {
      file: "tests/histories/databags_test.ts",
      count: 10_000,
      ofOneModel: 100,
      seed: 20_260_801,
    });
  }
});
