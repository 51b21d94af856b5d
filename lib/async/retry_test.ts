import assert from "node:assert/strict";
import { retry } from "./retry.ts";

const PAUSES = [2, 4];

const clock = { pause: () => Promise.resolve() };

for (const [final, made] of [[1, 1], [2, 2], [3, 3], [4, 3]] as const) {
  Deno.test(`retry() makes ${made} attempts where attempt ${final} is final`, async () => {
    let attempts = 0;
    const result = await retry(() => Promise.resolve(++attempts), {
      isFinal: (attempt) => attempt === final,
      pauses: PAUSES,
      clock,
    });
    assert.deepEqual([attempts, result], [made, made]);
  });
}

Deno.test("retry() does not try again what throws", async () => {
  let attempts = 0;
  const attempt = () => Promise.reject(new Error(`attempt ${++attempts}`));
  const options = { isFinal: () => false, pauses: PAUSES, clock };
  await assert.rejects(retry(attempt, options), { message: "attempt 1" });
});
