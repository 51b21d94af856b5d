import { createStoragePool } from "../lxd/administration.ts";
import { startLxd } from "../lxd/real.ts";
import { readDocument } from "./run/document.ts";
import { createOperator } from "./run/operator.ts";

Deno.test("the tutorial leads from nothing to a related charm by a token alone, and back", async () => {
  await using lxd = await startLxd();
  // As `lxd init --auto` does.
  await createStoragePool(lxd, "default");
  await using operator = await createOperator(lxd);
  const tutorial = await readDocument("docs/tutorial.md");
  await tutorial.run(operator.shell);
  tutorial.checkAll("sudo snap install lxd", "npx -y deno@2.9.6 task build");
});
