/**
 * Records the changes that a reconciliation makes in LXD and in relations, or would make.
 *
 * @module
 */
import type { Exec } from "../juju/hook_tools.ts";
import type { Results } from "../juju/action_tools.ts";
import type { Lxd } from "../lxd/client.ts";
import type { Reply } from "../lxd/request.ts";
import type { Projects } from "../trust/projects.ts";
import { restOf, type Row, writeProjects, writeRows } from "./rows.ts";

/** Whether changes are made. */
export interface RecordOptions {
  /** Whether each change is only recorded. */
  readonly isDry: boolean;
}

/** A record of changes. */
export interface ChangeRecord extends RecordOptions {
  /** Records the changes of LXD's trust store. */
  readonly watchLxd: (lxd: Lxd) => Lxd;
  /** Records the relations that are written to. */
  readonly watchTools: (exec: Exec) => Exec;
  /** Writes the changes of LXD's trust store, and counts those of some kinds. */
  readonly changes: (words: readonly Word[]) => Results;
  /** Whether LXD is a cluster that was entered. */
  readonly isClustered: () => boolean;
  /** The numbers of the relations that were written to. */
  readonly written: ReadonlySet<string>;
}

interface Change {
  readonly change: "add" | "rename" | "restrict" | "revoke";
  readonly fingerprint: string;
  readonly name: string;
  readonly projects?: Projects;
}

/** A word that counts changes. */
export type Word = "added" | "changed" | "revoked";

const WORDS: Readonly<Record<Change["change"], Word>> = {
  add: "added",
  rename: "changed",
  restrict: "changed",
  revoke: "revoked",
};

// Only tools with these names run in a dry run: a tool of another name may write.
const READING_REGEXP = /-(get|ids|list)$|^is-leader$|^goal-state$/;

/** Makes a record. */
export function createRecord({ isDry }: RecordOptions): ChangeRecord {
  const made: (Change & { readonly refusal?: string })[] = [];
  const written = new Set<string>();
  let isClustered = false;
  const attempt = async (
    change: Change,
    send: () => Promise<Reply<unknown>>,
  ): Promise<Reply<unknown>> => {
    const reply: Reply<unknown> = isDry ? { kind: "done", value: undefined } : await send();
    if (reply.kind === "done") made.push(change);
    else if (reply.kind === "refused") made.push({ ...change, refusal: reply.message });
    return reply;
  };
  return {
    isDry,
    written,
    watchLxd: (lxd) => {
      isClustered = lxd.isClustered;
      return watch(lxd, attempt);
    },
    isClustered: () => isClustered,
    watchTools: (exec) => async (tool, args, more) => {
      if (tool === "relation-set") written.add(args[args.indexOf("-r") + 1] ?? "");
      return isDry && !READING_REGEXP.test(tool) ? "" : await exec(tool, args, more);
    },
    changes: (words) => writeChanges(made, words),
  };
}

function watch(
  lxd: Lxd,
  attempt: (change: Change, send: () => Promise<Reply<unknown>>) => Promise<Reply<unknown>>,
): Lxd {
  return {
    ...lxd,
    add: (addition) => {
      const { certificate: { fingerprint }, name, projects } = addition;
      return attempt({ change: "add", fingerprint, name, projects }, () => lxd.add(addition));
    },
    rename: (entry, name) => {
      const { fingerprint } = entry;
      return attempt({ change: "rename", fingerprint, name }, () => lxd.rename(entry, name));
    },
    restrict: (entry, projects) => {
      const { fingerprint, name } = entry;
      const send = () => lxd.restrict(entry, projects);
      return attempt({ change: "restrict", fingerprint, name, projects }, send);
    },
    revoke: (entry) => {
      const { fingerprint, name } = entry;
      return attempt({ change: "revoke", fingerprint, name }, () => lxd.revoke(entry));
    },
  };
}

function writeChanges(
  made: readonly (Change & { readonly refusal?: string })[],
  words: readonly Word[],
): Results {
  // A step that is taken again after a refusal counts once.
  const last = [...new Map(made.map((one) => [`${one.change} ${one.fingerprint}`, one])).values()];
  const done = last.filter(({ refusal }) => refusal === undefined);
  const fingerprintsOf = (word: string) =>
    new Set(done.filter(({ change }) => WORDS[change] === word).map((one) => one.fingerprint));
  const counts = words.map((word) => [word, String(fingerprintsOf(word).size)]);
  const rows = last.map(({ change, fingerprint, name, projects, refusal }): Row => ({
    change,
    fingerprint,
    name,
    projects: projects === undefined ? undefined : writeProjects(projects),
    refused: refusal,
  }));
  return {
    ...Object.fromEntries(counts),
    refused: String(last.length - done.length),
    ...restOf(rows.length),
    ...rows.length > 0 && { changes: writeRows(rows) },
  };
}
