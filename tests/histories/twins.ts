/**
 * Runs a history twice, with and without the hostile application. The honest ones must not notice a
 * difference.
 *
 * What the documents except is not compared: certificates that the hostile application got first, or
 * that it shares, because it asks for no more than they have.
 *
 * @module
 */
import assert from "node:assert/strict";
import { APPLICATION } from "../harness/charm.ts";
import { accessOf } from "./expected.ts";
import { type History, HOSTILE } from "./history.ts";
import { type HistoryState, honest, isOurs } from "./history_state.ts";
import { runHistory } from "./run_history.ts";
import type { Server } from "./servers.ts";
import { readStore } from "./trust_store.ts";
import { toldIn } from "./watch.ts";

/** What honest applications have of the charm, at one settling. */
interface Snapshot {
  /** Entries by fingerprint: the owner and the access. */
  readonly entries: ReadonlyMap<string, unknown>;
  /** Databags by the relation's endpoint and the unit or application. */
  readonly databags: ReadonlyMap<string, Readonly<Record<string, string>>>;
  readonly tainted: ReadonlySet<string>;
}

/**
 * Runs a history with and without the hostile application, and compares.
 *
 * @throws {AssertionError} If a promise does not hold, or honest applications notice a difference.
 */
export async function runTwins(server: Server, history: History): Promise<void> {
  const operations = history.operations.map((operation) =>
    operation?.kind === "attack" || operation?.kind === "retreat" ? null : operation
  );
  const without = await settlings(server, { ...history, operations });
  const beside = await settlings(server, history);
  assert.equal(beside.length, without.length);
  for (const [index, one] of beside.entries()) {
    const other = without[index];
    assert.ok(other);
    assert.deepEqual(clear(one, one.tainted), clear(other, one.tainted), `settling ${index}`);
  }
}

async function settlings(server: Server, history: History): Promise<readonly Snapshot[]> {
  const taken: Snapshot[] = [];
  await runHistory(server, history, {
    isPrivate: true,
    onSettled: async (state) => void taken.push(await take(state)),
  });
  return taken;
}

async function take(state: HistoryState): Promise<Snapshot> {
  const { model, relations, server: { certificates }, tainted } = state;
  const labels = new Map(
    relations.map(({ handle, application, endpoint }) => [handle.id, `${application}:${endpoint}`]),
  );
  const theirs = new Set([...state.sent].map((index) => certificates.good[index]?.fingerprint));
  const entries = [...(await readStore(state)).values()]
    .filter((entry) => isOurs(state, entry) && theirs.has(entry.fingerprint))
    .map((entry) => {
      const [id = "", owner] = entry.name.slice(state.prefix.length).split(":");
      return [entry.fingerprint, [labels.get(id) ?? id, owner, accessOf(entry)]] as const;
    });
  const databags = honest(state).flatMap(({ handle }) => {
    const label = labels.get(handle.id) ?? "";
    const [unit = ""] = model.units(APPLICATION);
    // All units publish the same at rest.
    return [
      [label, handle.read(unit)] as const,
      [`${label} application`, handle.readApp(APPLICATION)] as const,
    ];
  });
  return { entries: new Map(entries), databags: new Map(databags), tainted: new Set(tainted) };
}

/** Leaves out what depends on the hostile application. */
function clear({ entries, databags }: Snapshot, tainted: ReadonlySet<string>) {
  return {
    entries: new Map([...entries].filter(([fingerprint]) => !tainted.has(fingerprint)).sort()),
    databags: new Map([...databags].map(([label, databag]) => [label, clearOne(databag, tainted)])),
  };
}

function clearOne(databag: Readonly<Record<string, string>>, tainted: ReadonlySet<string>) {
  const { rejected_certificates: rejected = "[]", ...rest } = databag;
  const rejections: { readonly fingerprint: string | null }[] = JSON.parse(rejected);
  assert.ok(!rejected.includes(HOSTILE));
  const registered = toldIn(databag);
  const mine = [...registered, ...rejections.map(({ fingerprint }) => fingerprint)];
  const isTainted = mine.some((fingerprint) => fingerprint !== null && tainted.has(fingerprint));
  return {
    registered: registered.filter((fingerprint) => !tainted.has(fingerprint)),
    rejected: rejections.filter(({ fingerprint }) => !tainted.has(fingerprint ?? "")),
    // All that is left, to the byte.
    rest: isTainted ? undefined : rest,
  };
}
