import assert from "node:assert/strict";
import type { Databag } from "../requirer/databag.ts";
import type { Juju } from "./hook_tools.ts";
import { publish } from "./publish.ts";

const WANTED: Databag = { version: "1.0", nodes: "[]", rejected_certificates: "" };

// Whether the requirer's application asks.
const LOOKS = { isForApplication: true };
const LOOKS_NOT = { isForApplication: false };

/** Publishes, as the leader if the application's databag is given, and returns the writes. */
async function run(
  unit: Databag,
  ofApplication?: Databag,
  { isForApplication }: { readonly isForApplication?: boolean | undefined } = {},
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
  const context = { juju: juju as Juju, application: "lxd", isLeader: ofApplication !== undefined };
  const place = { relation: "3", databag: unit };
  await publish(context, place, { databag: WANTED, isForApplication });
  return written;
}

const TOLD: Databag = { version: "1.0", nodes: "[]", "private-address": "10.0.0.5" };

Deno.test("publish() writes nothing that is there already", async () => {
  assert.deepEqual(await run(TOLD), []);
  assert.deepEqual(await run(TOLD, { version: "1.0", nodes: "[]" }, LOOKS), []);
  assert.deepEqual(await run(TOLD, { version: "1.0", nodes: "[]" }), []);
  assert.deepEqual(await run(TOLD, {}, LOOKS_NOT), []);
  assert.deepEqual(await run(TOLD, {}), []);
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

Deno.test("publish() writes the application's databag if the application asks", async () => {
  const keys = { version: "1.0", nodes: "[]" };
  assert.deepEqual(await run({ ...TOLD, nodes: "old" }, {}, LOOKS), [
    ["3", "unit", { nodes: "[]" }],
    ["3", "application", keys],
  ]);
  assert.deepEqual(await run({}, {}, LOOKS_NOT), [["3", "unit", keys]]);
});

Deno.test("publish() keeps the application's databag true if it is unknown who asks", async () => {
  assert.deepEqual(await run(TOLD, { version: "1.0", nodes: "old" }), [
    ["3", "application", { nodes: "[]" }],
  ]);
  assert.deepEqual(await run({}, {}), [["3", "unit", { version: "1.0", nodes: "[]" }]]);
});

Deno.test("publish() empties the application's databag if the application asks no more", async () => {
  const before = { version: "1.0", nodes: "[]", "of a former version": "1" };
  assert.deepEqual(await run(TOLD, before, LOOKS_NOT), [
    ["3", "application", { version: "", nodes: "", "of a former version": "" }],
  ]);
});

Deno.test("publish() leaves an error to its own writer, unless the application asks no more", async () => {
  const error = { provider_error: '{"code":"lxd-failed"}' };
  assert.deepEqual(await run({ ...TOLD, ...error }), []);
  const answered = { version: "1.0", nodes: "[]", ...error };
  assert.deepEqual(await run(TOLD, answered, LOOKS), []);
  assert.deepEqual(await run(TOLD, error, LOOKS), [
    ["3", "application", { version: "1.0", nodes: "[]" }],
  ]);
  assert.deepEqual(await run(TOLD, error, LOOKS_NOT), [
    ["3", "application", { provider_error: "" }],
  ]);
});

Deno.test("publish() says what the application's databag then holds", async () => {
  const juju: Pick<Juju, "relationGet" | "relationSet"> = {
    relationGet: () => Promise.resolve({ old: "1", provider_error: "e" }),
    relationSet: () => Promise.resolve(),
  };
  const context = { juju: juju as Juju, application: "lxd", isLeader: true };
  const place = { relation: "3", databag: TOLD };
  const publication = { databag: WANTED, isForApplication: true };
  assert.deepEqual(await publish(context, place, publication), {
    hasChanged: true,
    ofApplication: { version: "1.0", nodes: "[]", provider_error: "e" },
  });
  assert.deepEqual(await publish({ ...context, isLeader: false }, place, publication), {
    hasChanged: false,
    ofApplication: undefined,
  });
});

Deno.test("publish() completes the application's databag after a change of leader", async () => {
  assert.deepEqual(await run(TOLD, { version: "1.0", rejected_certificates: "[]" }, LOOKS), [
    ["3", "application", { nodes: "[]", rejected_certificates: "" }],
  ]);
});

Deno.test("publish() writes both databags or neither, where Juju refuses one", async () => {
  for (const refused of ["unit", "application"] as const) {
    const written: unknown[] = [];
    const error = new Error("refused");
    const juju: Pick<Juju, "relationGet" | "relationSet"> = {
      relationGet: () => Promise.resolve({}),
      relationSet: (_, databag, of) => {
        if (of === refused) return Promise.reject(error);
        written.push(databag);
        return Promise.resolve();
      },
    };
    const place = { relation: "3", databag: { nodes: "old" } };
    const wanted = { databag: WANTED, isForApplication: true };
    await assert.rejects(
      publish({ juju: juju as Juju, application: "lxd", isLeader: true }, place, wanted),
      error,
    );
    const undone = [{ version: "1.0", nodes: "[]" }, { version: "", nodes: "old" }];
    assert.deepEqual(written, refused === "unit" ? [] : undone);
  }
});
