import assert from "node:assert/strict";
import { createRecord } from "./record.ts";

const READING = [
  "config-get",
  "credential-get",
  "goal-state",
  "is-leader",
  "relation-get",
  "relation-ids",
  "relation-list",
  "secret-get",
  "status-get",
];
const WRITING = ["juju-log", "relation-set", "secret-add", "secret-set", "status-set", "unknown"];

for (const isDry of [true, false]) {
  Deno.test(`watchTools() runs ${isDry ? "reading" : "all"} tools, dry: ${isDry}`, async () => {
    const ran: string[] = [];
    const record = createRecord({ isDry });
    const exec = record.watchTools((tool) => {
      ran.push(tool);
      return Promise.resolve("{}");
    });
    for (const tool of [...READING, ...WRITING]) await exec(tool, ["-r", "7", "--file", "-"], "{}");
    assert.deepEqual(ran, isDry ? READING : [...READING, ...WRITING]);
    assert.deepEqual([...record.written], ["7"]);
  });
}
