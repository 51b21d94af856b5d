import { explore } from "./explore.ts";
import { openStages } from "./stage.ts";

Deno.test("histories: every promise holds, whatever happens in whatever order", async () => {
  await using opened = await openStages(4);
  await explore(opened.stages, {
    file: "tests/histories/histories_test.ts",
    count: 500,
    seed: 20_260_801,
    length: 40,
    units: 3,
    canFail: true,
  });
});
