import assert from "node:assert/strict";
import { limit } from "./limit.ts";

/** Calls that end when they are told to. */
function controlled() {
  const running = new Map<string, PromiseWithResolvers<string>>();
  const call = (name: string): Promise<string> => {
    const ending = Promise.withResolvers<string>();
    running.set(name, ending);
    return ending.promise.finally(() => running.delete(name));
  };
  return { running, call, names: () => [...running.keys()] };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

Deno.test("limit() lets no more calls run than it may, in their order", async () => {
  const { running, call, names } = controlled();
  const limited = limit(2, call);
  const results = Promise.all(["a", "b", "c", "d"].map((name) => limited(name)));
  await settled();
  assert.deepEqual(names(), ["a", "b"]);
  running.get("b")?.resolve("B");
  await settled();
  assert.deepEqual(names(), ["a", "c"]);
  for (const name of ["a", "c"]) running.get(name)?.resolve(name.toUpperCase());
  await settled();
  assert.deepEqual(names(), ["d"]);
  running.get("d")?.resolve("D");
  assert.deepEqual(await results, ["A", "B", "C", "D"]);
});

Deno.test("limit() gives the turn on after a failure, and all turns back", async () => {
  const limited = limit(
    1,
    (text: string) => text === "bad" ? Promise.reject(new Error(text)) : Promise.resolve(text),
  );
  const results = await Promise.allSettled([limited("bad"), limited("good"), limited("bad")]);
  assert.deepEqual(results.map(({ status }) => status), ["rejected", "fulfilled", "rejected"]);
  assert.equal(await limited("good"), "good");
});
