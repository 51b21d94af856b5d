/**
 * Runs the commands of a document word by word, and compares their outputs with the document.
 *
 * A block `sh` holds commands. A block `text` right behind it is their standard output. A block
 * `sh not-run` is not run.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type Examples, fill, match } from "./examples.ts";
import { type Fence, fences } from "./fences.ts";
import type { Shell } from "./shell.ts";

/** A document whose commands are run. */
export interface Document {
  /** Runs the commands of all sections, or of those with these headings. */
  readonly run: (shell: Pick<Shell, "run">, ...headings: readonly string[]) => Promise<void>;
  /**
   * Checks that all commands were run but those that the document excepts.
   *
   * @param notRun The first line of each block that is not run.
   */
  readonly checkAll: (...notRun: readonly string[]) => void;
}

interface Block extends Fence {
  /** The output that the document shows; undefined if it shows none. */
  readonly shown: string | undefined;
}

const ROOT = new URL("../../../", import.meta.url);

/**
 * Reads a document.
 *
 * @param path Its path in the repository.
 * @param known The values of examples that the test chooses, such as addresses.
 */
export async function readDocument(
  path: string,
  known: Readonly<Record<string, string>> = {},
): Promise<Document> {
  return parseDocument(await Deno.readTextFile(new URL(path, ROOT)), path, known);
}

/**
 * Reads a document in a text.
 *
 * @param path Its path, for errors.
 * @param known The values of examples that the test chooses.
 */
export function parseDocument(
  text: string,
  path: string,
  known: Readonly<Record<string, string>> = {},
): Document {
  const blocks = blocksOf(text);
  const waiting = new Set(blocks.filter(isRun));
  let examples: Examples = new Map(Object.entries(known));
  return {
    run: async (shell, ...headings) => {
      for (const heading of headings) {
        assert.ok(blocks.some((block) => block.heading === heading), `${path}: ${heading}`);
      }
      for (const block of blocks) {
        const isMeant = headings.length === 0 || headings.includes(block.heading);
        if (!isMeant || !isRun(block)) continue;
        waiting.delete(block);
        examples = await runBlock(shell, block, examples);
      }
    },
    checkAll: (...notRun) => {
      assert.deepEqual([...waiting].map(({ code }) => code), [], `${path}: these were not run`);
      const excepted = blocks.filter((block) => !isRun(block)).map(({ code }) => firstLine(code));
      assert.deepEqual(excepted, notRun, `${path}: the blocks "sh not-run"`);
    },
  };
}

/** Runs a block, and returns what its output tells of the examples. */
async function runBlock(
  shell: Pick<Shell, "run">,
  { code, shown }: Block,
  examples: Examples,
): Promise<Examples> {
  const output = await shell.run(fill(code, examples));
  if (shown === undefined) return examples;
  const learned = match(shown, output, examples);
  // Shows the difference.
  if (!learned) assert.equal(output, shown, `The output of ${code}`);
  return learned ?? examples;
}

function isRun({ info }: Fence): boolean {
  return !info.includes("not-run");
}

/** Joins each block of commands with its output. */
function blocksOf(text: string): readonly Block[] {
  const all = fences(text);
  return all.flatMap((fence, index) => {
    const [language, remark, ...more] = fence.info;
    const words = [language, remark].filter((word) => word !== undefined).join(" ");
    assert.ok(
      /^(?:sh|sh not-run|text)$/.test(words) && more.length === 0,
      `Unknown block: ${words}`,
    );
    const next = all[index + 1];
    if (language === "text") return [];
    return [{ ...fence, shown: next?.info[0] === "text" ? next.code : undefined }];
  });
}

function firstLine(code: string): string {
  return code.split("\n")[0] ?? "";
}
