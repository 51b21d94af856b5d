#!/usr/bin/env -S deno run -P=get-connection-info
/**
 * Tells where LXD is, and how to recognize it.
 *
 * @module
 */
import { getConnectionInfo } from "../lib/action/get_connection_info.ts";
import { runAction } from "../lib/action/run.ts";

await runAction(getConnectionInfo);
