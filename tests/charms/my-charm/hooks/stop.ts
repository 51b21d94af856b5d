/**
 * This unit ends: forgets the keys.
 *
 * @module
 */
import { forget } from "../lib/settle.ts";

await forget();
