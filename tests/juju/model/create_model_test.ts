import assert from "node:assert/strict";
import { sampleCharm, script } from "../testing/sample_charm.ts";
import { createModel } from "./create_model.ts";

Deno.test("settle() throws an error with the output of the failed hook", async () => {
  await using charm = await sampleCharm({
    "hooks/install": script("echo oops >&2", "exit 3"),
  });
  await using model = await createModel();
  await model.deploy(charm.path);
  await assert.rejects(model.settle(), {
    message: 'Cannot settle: hook "install" of sample/0 failed: exit status 3\noops\n',
  });
});

Deno.test("a model refuses wrong options, endpoints and parameters", async () => {
  await using charm = await sampleCharm();
  await using model = await createModel();
  await assert.rejects(model.deploy(charm.path, { config: { nope: 1 } }), {
    message: 'Cannot configure "sample": it has no option "nope"',
  });
  await assert.rejects(model.deploy(charm.path, { config: { port: "1" } }), {
    message: 'Cannot configure "sample": option "port" must be of type int',
  });
  await assert.rejects(model.deploy(charm.path, { config: { token: "x" } }), {
    message: 'Cannot configure "sample": option "token" must be of type secret',
  });
  await model.deploy(charm.path);
  await assert.rejects(model.deploy(charm.path), {
    message: 'Cannot add application "sample": it exists already',
  });
  model.addApplication("web", {
    endpoints: {
      http: { role: "requires", interface: "http" },
      other: { role: "requires", interface: "gopher" },
      also: { role: "provides", interface: "http" },
    },
  });
  assert.throws(() => model.relate("sample:nope", "web:http"), {
    message: 'Cannot relate "sample:nope": application "sample" has no such endpoint',
  });
  assert.throws(() => model.relate("sample:api", "web:other"), {
    message:
      "Cannot relate sample:api to web:other: interfaces or roles do not match: provides http, requires gopher",
  });
  assert.throws(() => model.relate("sample:api", "web:also"), {
    message:
      "Cannot relate sample:api to web:also: interfaces or roles do not match: provides http, provides http",
  });
  assert.equal(model.relate("sample", "web").id, "1");
  assert.throws(() => model.relate("sample:api", "web:http"), {
    message: "Cannot relate sample:api to web:http: they are related already",
  });
  await model.settle();
  await assert.rejects(model.runAction("sample/0", "nope"), {
    message: 'Cannot run action "nope": "sample" has no such action',
  });
  await assert.rejects(model.runAction("sample/0", "greet", { who: "me", x: 1 }), {
    message: 'Cannot run action "greet": it has no parameter "x"',
  });
  await assert.rejects(model.runAction("sample/0", "greet", { who: 1 }), {
    message: 'Cannot run action "greet": "who" must be of type string',
  });
});
