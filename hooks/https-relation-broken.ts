/**
 * A relation is gone: revokes its certificates.
 *
 * @module
 */
import { runHook } from "../lib/hook.ts";
import { broken } from "../lib/scope.ts";

await runHook(broken);
