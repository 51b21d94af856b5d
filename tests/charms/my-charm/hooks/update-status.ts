#!/usr/bin/env -S deno run -P=everything
/**
 * Now and then: tries again what LXD did not answer.
 *
 * @module
 */
import { settle } from "../lib/settle.ts";

await settle();
