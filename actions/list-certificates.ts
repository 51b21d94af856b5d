#!/usr/bin/env -S deno run -P=list-certificates
/**
 * Lists our entries in LXD's trust store, and what is pending or rejected.
 *
 * @module
 */
import { listCertificates } from "../lib/action/list_certificates.ts";
import { runAction } from "../lib/action/run.ts";

await runAction(listCertificates);
