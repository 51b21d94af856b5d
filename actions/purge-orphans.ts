#!/usr/bin/env -S deno run -P=purge-orphans
/**
 * Lists or revokes our entries in LXD's trust store that belong to nothing.
 *
 * @module
 */
import { purgeOrphans } from "../lib/action/purge_orphans.ts";
import { runAction } from "../lib/action/run.ts";

await runAction(purgeOrphans);
