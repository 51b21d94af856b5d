#!/usr/bin/env -S deno run -P=everything
/**
 * Forgets the keys after the relation to LXD's provider was removed.
 *
 * @module
 */
import { settle } from "../lib/settle.ts";

await settle({ isBroken: true });
