#!/usr/bin/env -S deno run -P=changed
/**
 * Registers a requirer's new certificates, and revokes those that it withdrew.
 *
 * @module
 */
import { runHook } from "../lib/hook.ts";
import { changed } from "../lib/juju/event.ts";

await runHook(changed);
