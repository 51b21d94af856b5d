#!/usr/bin/env -S deno run -P=changed
/**
 * A relation was made: tells it of the nodes, and serves its application databag.
 *
 * @module
 */
import { runHook } from "../lib/hook.ts";
import { changed } from "../lib/juju/event.ts";

await runHook(changed);
