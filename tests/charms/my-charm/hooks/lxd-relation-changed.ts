#!/usr/bin/env -S deno run -P=everything
/**
 * LXD's provider has answered.
 *
 * @module
 */
import { settle } from "../lib/settle.ts";

await settle();
