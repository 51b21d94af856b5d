#!/usr/bin/env -S deno run -P=changed
/**
 * A requirer's databag changed: registers what is new in it, revokes what has left it.
 *
 * @module
 */
import { runHook } from "../lib/hook.ts";
import { changed } from "../lib/juju/event.ts";

await runHook(changed);
