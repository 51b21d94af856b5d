/**
 * The trusted downloads of `denort`. The build uses a file from Deno's download host, a mirror or a cache only if its
 * hash is listed here.
 *
 * @module
 */

import type { Arch } from "./target.ts";

/** SHA-256 of the file `denort`, in lower-case hexadecimal, by Deno's version and the architecture. */
export type DenortHashes = Readonly<Record<string, Partial<Readonly<Record<Arch, string>>>>>;

/**
 * The hashes. Each is of a file that was compared with a publication of Deno's authors or others. `docs/build.md` shows
 * how to add one.
 */
export const DENORT_HASHES: DenortHashes = {
  // From the executables that PyPI's bids-validator-deno 2.4.1 carries, which deno compile made; the tests run them.
  "2.6.10": {
    amd64: "1b136202dc147212ad0b129de0c10eb5f17060917c9754c7921cd68f764ad2e2",
    arm64: "ee39b54b2f465eae3f1dd3d79495e1ef957fae69ff4f6ad118499986b714d494",
  },
};
