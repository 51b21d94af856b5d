#!/usr/bin/env -S deno run -P=list-nodes
/**
 * Lists the members of LXD, and why some of them are not published.
 *
 * @module
 */
import { listNodes } from "../lib/action/list_nodes.ts";
import { runAction } from "../lib/action/run.ts";

await runAction(listNodes);
