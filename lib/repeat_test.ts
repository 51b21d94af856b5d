import assert from "node:assert/strict";
import { repeat } from "./repeat.ts";

for (const [final, made] of [[1, 1], [2, 2], [3, 3], [4, 3]] as const) {
  Deno.test(`repeat() makes ${made} attempts where attempt ${final} is final`, async () => {
    let attempts = 0;
    const result = await repeat(
      () => Promise.resolve(++attempts),
      (attempt) => attempt === final,
    );
    assert.deepEqual([attempts, result], [made, made]);
  });
}

Deno.test("repeat() does not try again what throws", async () => {
  let attempts = 0;
  const attempt = () => Promise.reject(new Error(`attempt ${++attempts}`));
  await assert.rejects(repeat(attempt, () => false), { message: "attempt 1" });
});
