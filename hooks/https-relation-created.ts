#!/usr/bin/env -S deno run -P=changed
/**
 * Publishes the nodes on a new relation, and serves the requirer's application databag.
 *
 * @module
 */
import { runHook } from "../lib/hook.ts";
import { changed } from "../lib/juju/event.ts";

await runHook(changed);
