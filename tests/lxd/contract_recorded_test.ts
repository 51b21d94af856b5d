import { deepEqual, ok } from "node:assert/strict";
import {
  byRequest,
  readRecording,
  record,
  type RecordingName,
  shapeOf,
} from "./contract_recorded.ts";
import type { DialectName } from "./stand_in_dialect.ts";
import { startLxd } from "./real.ts";
import { startStandIn } from "./stand_in.ts";
import type { LxdWorld } from "./world.ts";

/** Answers that cannot be compared, and why. */
const EXCEPTIONS: Readonly<Partial<Record<RecordingName, Readonly<Record<string, string>>>>> = {
  "lxd-6.10-pre-cluster": {
    "DELETE project, then GET": "the project is deleted in the background, sooner or later",
  },
};

const STAND_INS: readonly (readonly [RecordingName, DialectName, number])[] = [
  ["lxd-5.0.2", "5.0.2", 1],
  ["lxd-5.21.7", "5.21.7", 1],
  ["lxd-6.10-pre", "6.10", 1],
  ["lxd-6.10-pre-cluster", "6.10", 3],
];

for (const [name, dialect, members] of STAND_INS) {
  recorded(name, "the stand-in", () => startStandIn({ dialect, members }));
}
recorded("lxd-5.0.2", "a real LXD", () => startLxd());

function recorded(name: RecordingName, who: string, start: () => Promise<LxdWorld>): void {
  Deno.test(`${who} answers as recorded: ${name}`, async (test) => {
    await using world = await start();
    const answered = byRequest(await record(world));
    const expected = byRequest(await readRecording(name));
    ok(expected.size > 260);
    deepEqual([...answered.keys()], [...expected.keys()]);
    const exceptions = EXCEPTIONS[name] ?? {};
    const wrong: string[] = [];
    for (const [request, answer] of expected) {
      const given = answered.get(request);
      const shapes = [shapeOf(answer), given && shapeOf(given)];
      try {
        deepEqual(shapes[1], shapes[0]);
      } catch {
        if (exceptions[request] === undefined) {
          wrong.push(`${request}: ${JSON.stringify(given)} is not ${JSON.stringify(answer)}`);
        }
      }
    }
    for (const [request, reason] of Object.entries(exceptions)) {
      await test.step(`not compared: ${request}, for ${reason}`, () => {
        ok(expected.has(request));
      });
    }
    deepEqual(wrong, []);
  });
}
