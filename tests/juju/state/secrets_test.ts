import assert from "node:assert/strict";
import { createModel } from "../model/create_model.ts";
import { sampleCharm } from "../testing/sample_charm.ts";
import { DONE, FAILED, sampleModel, since } from "../testing/sample_model.ts";

Deno.test.each(
  [
    {
      jujuVersion: "3.6.28",
      denied: "ERROR permission denied",
      missing: (id: string) => `ERROR secret "${id}" not found`,
    },
    {
      jujuVersion: "4.0.15",
      denied: 'ERROR "sample/0" is not allowed to read this secret',
      missing: () => "ERROR getting latest secret revision: secret not found",
    },
  ] as const,
)(
  "updateSecret() runs secret-changed for units that read the secret, in $jujuVersion",
  async (given) => {
    const { denied, jujuVersion } = given;
    const ids: (string | undefined)[] = [];
    const answers: string[] = [];
    let uri = "";
    await using model = await sampleModel({
      jujuVersion,
      units: 2,
      body: async ({ callTool, env, hook, unit }) => {
        if (hook === "secret-changed") ids.push(env["JUJU_SECRET_ID"]);
        if (unit === "sample/1" || !uri) return;
        for (const extra of [[], ["--peek"], ["--refresh"]]) {
          const { stderr, stdout } = await callTool(
            "secret-get",
            [uri, "key", ...extra],
          );
          answers.push((stdout + stderr).trim());
        }
      },
    });
    await model.settle();
    uri = model.addSecret("mine", { key: "one" });
    const tick = () => model.updateStatus("sample");
    await since(model, tick);
    model.grantSecret(uri, "sample");
    await since(model, tick);
    assert.deepEqual(
      await since(model, () => model.updateSecret(uri, { key: "two" })),
      ["sample/0 secret-changed"],
    );
    assert.deepEqual(
      await since(model, () => model.updateSecret(uri, { key: "two" })),
      [],
    );
    model.revokeSecret(uri, "sample");
    await since(model, tick);
    model.removeSecret(uri);
    await since(model, tick);
    const missing = given.missing(uri.slice("secret:".length));
    assert.deepEqual(ids, [uri]);
    assert.deepEqual(answers, [
      ...[denied, denied, denied],
      ...["one", "one", "one"],
      ...["one", "two", "two"],
      ...[denied, denied, denied],
      ...[missing, missing, missing],
    ]);
  },
);

Deno.test("secret-add takes effect at the flush", async () => {
  const codes: number[] = [];
  await using model = await sampleModel({
    body: async ({ callTool, hook }) => {
      if (hook === "install") {
        await callTool("secret-add", ["key=value", "--label=l"]);
        return FAILED;
      }
      codes.push((await callTool("secret-get", ["--label=l"])).code);
      await callTool("secret-add", ["key=value", "--label=l"]);
      codes.push((await callTool("secret-get", ["--label=l"])).code);
      return DONE;
    },
  });
  await assert.rejects(model.settle());
  model.resolve("sample/0");
  await model.step();
  assert.deepEqual(codes, [1, 0]);
});

Deno.test.each([{ force: false }, { force: true }])(
  "removeApplication() deletes the secrets of the application and its units, force: $force",
  async ({ force }) => {
    const labels = ["of-application", "of-unit"];
    const answers: number[][] = [];
    await using charm = await sampleCharm({ dispatch: "" });
    await using model = await createModel({
      run: async ({ callTool, hook }) => {
        if (hook === "install") {
          const [application = "", unit = ""] = labels;
          const gets = labels.map((label) => callTool("secret-get", ["--label", label]));
          answers.push((await Promise.all(gets)).map(({ code }) => code));
          await callTool("secret-add", ["key=value", "--label", application]);
          await callTool("secret-add", ["key=value", "--owner=unit", "--label", unit]);
        }
        return DONE;
      },
    });
    for (const _ of [1, 2]) {
      await model.deploy(charm.path);
      await model.settle();
      model.removeApplication("sample", { force });
      await model.settle();
    }
    assert.deepEqual(answers, [[1, 1], [1, 1]]);
  },
);
