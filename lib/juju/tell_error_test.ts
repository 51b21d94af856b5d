import assert from "node:assert/strict";
import type { Databag } from "../requirer/databag.ts";
import { HookToolError, type Juju } from "./hook_tools.ts";
import { tellError, type Told } from "./tell_error.ts";

const ERROR = { code: "lxd-unreachable", reason: "LXD does not answer" };
const TEXT = JSON.stringify(ERROR);
const ANSWER: Databag = { version: "1.0", nodes: "[]" };
const SET = { provider_error: TEXT };
const GONE = { provider_error: "" };

/** Tells one relation, as the leader if the application's databag is given, and returns the writes. */
async function run(
  told: Partial<Told>,
  ofApplication?: Databag,
  error: typeof ERROR | null = ERROR,
): Promise<readonly unknown[]> {
  const written: unknown[] = [];
  const juju: Pick<Juju, "relationGet" | "relationSet"> = {
    relationGet: () => Promise.resolve(ofApplication ?? {}),
    relationSet: (_, databag, of) => {
      written.push([of, databag]);
      return Promise.resolve();
    },
  };
  const context = { juju: juju as Juju, application: "lxd", isLeader: ofApplication !== undefined };
  const relation = { endpoint: "api", relation: "3", isAskedByApplication: undefined } as const;
  await tellError(context, [{ ...relation, databag: ANSWER, ...told }], error ?? undefined);
  return written;
}

Deno.test("tellError() writes an error, replaces another one, and removes it", async () => {
  assert.deepEqual(await run({}), [["unit", SET]]);
  assert.deepEqual(await run({ databag: { provider_error: "{}" } }), [["unit", SET]]);
  assert.deepEqual(await run({ databag: { ...ANSWER, ...SET } }), []);
  const none = (databag: Databag) => run({ databag }, { ...ANSWER, ...databag }, null);
  assert.deepEqual(await none(ANSWER), []);
  assert.deepEqual(await none(SET), [["unit", GONE], ["application", GONE]]);
});

Deno.test.each<{ what: string; told: Partial<Told>; before: Databag; isTold: boolean }>([
  { what: "that is answered", told: {}, before: ANSWER, isTold: true },
  { what: "that asks", told: { isAskedByApplication: true }, before: {}, isTold: true },
  { what: "that does not ask", told: { isAskedByApplication: false }, before: {}, isTold: false },
  { what: "of which nothing is known", told: {}, before: {}, isTold: false },
  {
    what: "that asks over lxd-https, where a cluster is not known",
    told: { endpoint: "https", isAskedByApplication: true },
    before: {},
    isTold: false,
  },
  {
    what: "that is answered over lxd-https",
    told: { endpoint: "https" },
    before: { version: "1.0" },
    isTold: true,
  },
])("tellError() tells an application $what: $isTold", async ({ told, before, isTold }) => {
  const written = await run({ ...told, databag: SET }, before);
  assert.deepEqual(written, isTold ? [["application", SET]] : []);
  // What the publication has read is not read again.
  const known = await run({ ...told, databag: SET, ofApplication: before }, { wrong: "1", ...SET });
  assert.deepEqual(known, written);
});

Deno.test("tellError() leaves out a relation that Juju refuses, and rejects for a bug", async () => {
  const written: string[] = [];
  const refuse = (error: Error) => {
    const juju: Pick<Juju, "relationSet"> = {
      relationSet: (relation) => {
        if (relation === "3") return Promise.reject(error);
        written.push(relation);
        return Promise.resolve();
      },
    };
    const context = { juju: juju as Juju, application: "lxd", isLeader: false };
    const relations = ["3", "4"].map((relation): Told => {
      return { endpoint: "api", relation, isAskedByApplication: undefined, databag: {} };
    });
    return tellError(context, relations, ERROR);
  };
  await refuse(new HookToolError("relation-set", { code: 1, stderr: "permission denied" }));
  assert.deepEqual(written, ["4"]);
  await assert.rejects(refuse(new TypeError("a bug")), TypeError);
});
