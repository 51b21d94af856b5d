#!/usr/bin/env -S deno run -P=everything
/**
 * Settles periodically, and repeats the work for nodes that did not answer.
 *
 * @module
 */
import { settle } from "../lib/settle.ts";

await settle();
