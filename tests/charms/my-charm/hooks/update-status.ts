#!/usr/bin/env -S deno run -P=everything
/**
 * Settles now and then, and so tries again what LXD did not answer.
 *
 * @module
 */
import { settle } from "../lib/settle.ts";

await settle();
