import assert from "node:assert/strict";
import type { Juju } from "./juju.ts";
import { publish } from "./publish.ts";
import type { Databag } from "./relation.ts";

const WANTED: Databag = { version: "1.0", nodes: "[]", rejected_certificates: "" };

/** Publishes, and tells what was written; the application's databag can be read where it is given. */
async function run(
  unit: Databag,
  application?: string,
  ofApplication?: Databag,
): Promise<readonly unknown[]> {
  const written: unknown[] = [];
  const juju: Pick<Juju, "relationGet" | "relationSet"> = {
    relationGet: (relation, name) =>
      ofApplication && relation === "3" && name === "lxd"
        ? Promise.resolve(ofApplication)
        : Promise.reject(new Error(`Cannot read ${name} in ${relation}`)),
    relationSet: (relation, databag, of) => {
      written.push([relation, of, databag]);
      return Promise.resolve();
    },
  };
  await publish(juju as Juju, application, { relation: "3", databag: unit }, WANTED);
  return written;
}

const TOLD: Databag = { version: "1.0", nodes: "[]", "private-address": "10.0.0.5" };

Deno.test("publish() writes nothing that is there already", async () => {
  assert.deepEqual(await run(TOLD), []);
  assert.deepEqual(await run(TOLD, "lxd", { version: "1.0", nodes: "[]" }), []);
});

Deno.test("publish() writes the keys that differ, and nothing of the application's", async () => {
  assert.deepEqual(await run({ ...TOLD, nodes: "old" }), [["3", "unit", { nodes: "[]" }]]);
  assert.deepEqual(await run({}), [["3", "unit", { version: "1.0", nodes: "[]" }]]);
});

Deno.test("publish() deletes a key by an empty value", async () => {
  assert.deepEqual(await run({ ...TOLD, rejected_certificates: "[]" }), [
    ["3", "unit", { rejected_certificates: "" }],
  ]);
});

Deno.test("publish() writes both databags as the leader, without reading the second", async () => {
  assert.deepEqual(await run({ ...TOLD, nodes: "old" }, "lxd"), [
    ["3", "unit", { nodes: "[]" }],
    ["3", "application", WANTED],
  ]);
});

Deno.test("publish() completes the application's databag after a change of leader", async () => {
  assert.deepEqual(await run(TOLD, "lxd", { version: "1.0", rejected_certificates: "[]" }), [
    ["3", "application", { nodes: "[]", rejected_certificates: "" }],
  ]);
});

Deno.test("publish() writes both databags or neither, where Juju refuses one", async () => {
  for (const refused of ["unit", "application"] as const) {
    const written: unknown[] = [];
    const error = new Error("refused");
    const juju: Pick<Juju, "relationSet"> = {
      relationSet: (_, databag, of) => {
        if (of === refused) return Promise.reject(error);
        written.push(databag);
        return Promise.resolve();
      },
    };
    const place = { relation: "3", databag: { nodes: "old" } };
    await assert.rejects(publish(juju as Juju, "lxd", place, WANTED), error);
    const undone = [{ version: "1.0", nodes: "[]" }, { version: "", nodes: "old" }];
    assert.deepEqual(written, refused === "unit" ? [] : undone);
  }
});
