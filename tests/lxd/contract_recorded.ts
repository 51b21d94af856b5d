/**
 * The recorded answers of real servers, and the requests that they answer.
 *
 * As a program it records the real LXD of this machine, as JSON lines, alone or as a cluster:
 * `deno run -A tests/lxd/contract_recorded.ts [cluster]`.
 *
 * @module
 */
import { recordCallers } from "./contract_recorded_callers.ts";
import { recordChanges, recordPrefixes } from "./contract_recorded_changes.ts";
import {
  recordMetrics,
  recordOwn,
  recordProjects,
  recordServers,
} from "./contract_recorded_deletions.ts";
import { recordPosts } from "./contract_recorded_posts.ts";
import { recordServer } from "./contract_recorded_server.ts";
import { createRecorder, type RecordedAnswer } from "./contract_recorder.ts";
import { startCluster, startLxd } from "./real.ts";
import type { LxdWorld } from "./world.ts";

/** A recording: the name of its file. */
export type RecordingName = "lxd-5.0.2" | "lxd-5.21.7" | "lxd-6.10-pre" | "lxd-6.10-pre-cluster";

/** Sends all requests of the recordings to a server. Its trust store must be empty. */
export async function record(world: LxdWorld): Promise<readonly RecordedAnswer[]> {
  const recorder = await createRecorder(world);
  await recordServer(recorder);
  await recordCallers(recorder);
  const url = await recordPosts(recorder);
  await recordPrefixes(recorder, url);
  await recordChanges(recorder, url);
  await recordOwn(recorder);
  await recordProjects(recorder);
  await recordMetrics(recorder);
  await recordServers(recorder);
  return recorder.lines;
}

/** Reads the recorded answers of a real server. */
export async function readRecording(name: RecordingName): Promise<readonly RecordedAnswer[]> {
  const text = await Deno.readTextFile(new URL(`recordings/${name}.jsonl`, import.meta.url));
  return text.trim().split("\n").map((line) => JSON.parse(line));
}

/** Answers by request. The name of a request that follows another begins with that one's. */
export function byRequest(
  answers: readonly RecordedAnswer[],
): ReadonlyMap<string, RecordedAnswer> {
  const found = new Map<string, RecordedAnswer>();
  let before = "";
  for (const answer of answers) {
    const follows = answer.k.startsWith("  ");
    if (!follows) before = answer.k;
    found.set(follows ? `${before},${answer.k.slice(1)}` : answer.k, answer);
  }
  return found;
}

/**
 * Gives the parts of an answer that must be equal: status, kind, shape of the metadata, location.
 * The words of errors may differ, and so may ids, times and the order of lists.
 */
export function shapeOf({ e, m, s, text, loc, ext, ...rest }: RecordedAnswer): unknown {
  return {
    ...rest,
    k: undefined,
    s: typeof s === "number" ? s : s?.toSorted(),
    failed: e !== undefined && typeof s === "number",
    // The metrics of a server depend on its history.
    text: text?.slice(0, 2),
    m: ordered(neutral(m)),
    loc: neutral(loc),
    ext: ext === null ? null : typeof ext,
  };
}

const UUID_REGEXP = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIME_REGEXP = /^\d{4}-\d\d-\d\dT[0-9:.]+Z$/;

function neutral(value: unknown): unknown {
  if (typeof value === "string") {
    return value
      .replace(TIME_REGEXP, "<time>")
      .replaceAll(UUID_REGEXP, "<uuid>")
      .replace(/^<ip>:\d+$/, "<ip>:<port>")
      // Descriptions of operations are in English.
      .replace(/^(Executing operation|Certificate add token|Deleting project)$/, "<description>");
  }
  if (Array.isArray(value)) {
    const all = value.map(neutral);
    // The number of warnings depends on the machine.
    return all.every((one) => one === "/1.0/warnings/<uuid>") ? all.slice(0, 1) : all;
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, neutral(one)]));
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(ordered).map((one) => JSON.stringify(one)).sort();
  }
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => a < b ? -1 : 1);
  return Object.fromEntries(entries.map(([key, one]) => [key, ordered(one)]));
}

if (import.meta.main) {
  await using world = await (Deno.args[0] === "cluster" ? startCluster() : startLxd());
  const lines = (await record(world)).map((line) => JSON.stringify(line));
  await Deno.stdout.write(new TextEncoder().encode(`${lines.join("\n")}\n`));
}
