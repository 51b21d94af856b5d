/**
 * The blocks of `docs/reference-statuses.md`, from the statuses as the charm renders them.
 *
 * @module
 */

import { explain } from "../lib/explanation.ts";
import { errorOf } from "../lib/outcome.ts";
import { renderStatus, type Status } from "../lib/status.ts";
import { STATUS_WORDS, type StatusWords } from "./status_words.ts";

/** A rendered status, and the words about it. */
export interface KnownStatus extends Status {
  /** Kind of its outcome. */
  readonly kind: string;
  /** The words. */
  readonly words: StatusWords;
  /** The explanation in the log and of actions; undefined if the message says it all. */
  readonly explanation: string | undefined;
}

const APPLICATION = "lxd-integrator";

/** Renders the statuses of all outcomes, with values of an example. */
export function renderStatuses(): readonly KnownStatus[] {
  const all: readonly (readonly [string, readonly StatusWords[]])[] = Object.entries(STATUS_WORDS);
  return all.flatMap(([kind, statuses]) =>
    statuses.map((words) => {
      const shown = renderStatus(words.outcome, APPLICATION, { status: "unknown" });
      const explained = explain(words.outcome, APPLICATION);
      const explanation = explained === shown.message ? undefined : explained;
      return { kind, words, ...shown, explanation };
    })
  );
}

/** Renders the block `statuses`: a section for each outcome, under its name. */
export function renderStatusBlocks(): Readonly<Record<string, string>> {
  const sections = Map.groupBy(renderStatuses(), ({ kind }) => kind);
  return { statuses: Array.from(sections, ([kind, each]) => sectionOf(kind, each)).join("\n") };
}

function sectionOf(kind: string, statuses: readonly KnownStatus[]): string {
  const paragraphs = statuses.map(({ status, message, words: { when, remedy }, explanation }) => {
    const more = explanation === undefined ? "" : `- Explanation: \`${explanation}\`\n`;
    return `\`\`\`text\n${status}: ${message}\n\`\`\`\n\n- When: ${when}\n- What to do: ${remedy}\n${more}`;
  });
  const codes = new Set(statuses.map(({ words }) => errorOf(words.outcome)?.code));
  const told = [...codes].filter((code) => code !== undefined).map((code) => `\`${code}\``);
  const code = told.length > 0
    ? `\nRelated charms read ${told.length === 1 ? "the code" : "the codes"} ${told.join(", ")}.\n`
    : "";
  return `### ${kind}\n\n${paragraphs.join("\n")}${code}`;
}
