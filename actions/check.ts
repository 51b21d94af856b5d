#!/usr/bin/env -S deno run -P=check
/**
 * Goes the way from Juju to LXD and the relations, step by step.
 *
 * @module
 */
import { check } from "../lib/action/check.ts";
import { runAction } from "../lib/action/run.ts";

await runAction(check);
