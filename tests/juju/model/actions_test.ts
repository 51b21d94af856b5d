import assert from "node:assert/strict";
import { sampleCharm, script } from "../testing/sample_charm.ts";
import { createModel } from "./create_model.ts";

Deno.test("runAction() returns results, message and output", async () => {
  await using charm = await sampleCharm({
    "actions/greet": script(
      'action-set out.text="Hello $(action-get who)" out.n=1',
      "action-log working",
      'if [ "$(action-get loud)" = True ]; then action-fail "too loud"; fi',
      'if [ "$(action-get who)" = crash ]; then state-set a=b; exit 4; fi',
      "state-set done=yes",
      "echo said",
    ),
  });
  await using model = await createModel();
  await model.deploy(charm.path);
  await assert.rejects(model.runAction("sample/0", "greet"), {
    message: 'Cannot run action "greet": sample/0 is not installed',
  });
  await model.settle();
  assert.deepEqual(await model.runAction("sample/0", "greet", { who: "world" }), {
    status: "completed",
    message: "",
    results: {
      out: { text: "Hello world", n: "1" },
      "return-code": 0,
      stdout: "said\n",
    },
    log: ["working"],
    stdout: "said\n",
    stderr: "",
  });
  const failed = await model.runAction("sample/0", "greet", { loud: true, who: "world" });
  assert.equal(failed.status, "failed");
  assert.equal(failed.message, "too loud");
  assert.deepEqual(model.charmState("sample/0"), { done: "yes" });
  const crashed = await model.runAction("sample/0", "greet", { who: "crash" });
  assert.equal(crashed.message, "exit status 4");
  assert.deepEqual(model.charmState("sample/0"), { done: "yes" });
  const absent = await model.runAction("sample/0", "absent");
  assert.equal(absent.message, 'action not implemented on unit "sample/0"');
});

Deno.test("runAction() checks required parameters before it adds defaults in 4.0, after it in 3.6", async () => {
  await using charm = await sampleCharm({ "actions/greet": script("action-get who") });
  for (const jujuVersion of ["3.6.28", "4.0.15"] as const) {
    await using model = await createModel({ jujuVersion });
    await model.deploy(charm.path);
    await model.settle();
    const result = model.runAction("sample/0", "greet");
    if (jujuVersion === "3.6.28") assert.equal((await result).stdout, "world\n");
    else {
      await assert.rejects(result, {
        message: 'Cannot run action "greet": "who" property is missing and required',
      });
    }
  }
});
