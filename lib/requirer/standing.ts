/**
 * The state of a certificate, by a provider's answer.
 *
 * @module
 */
import type { Answer } from "./answer.ts";
import type { ProviderErrorCode } from "./codes.ts";
import type { ProviderError } from "./databag.ts";
import { readOwn } from "./offer.ts";

/** The state of a certificate. */
export type Standing =
  /** Every node trusts it. */
  | { readonly kind: "trusted" }
  /** The provider has admitted it, and registers it in one of its next hooks. */
  | { readonly kind: "pending" }
  /** The provider has not answered yet. */
  | { readonly kind: "waiting" }
  /** The provider rejects it. */
  | {
    readonly kind: "rejected";
    /** The reasons in words, each once. */
    readonly reasons: readonly string[];
    /** Their codes, each once, of `REJECTION_CODES` or later; none from a former provider. */
    readonly codes: readonly string[];
  }
  /** The provider cannot serve. */
  | { readonly kind: "failing"; readonly error: ProviderError }
  /** The provider speaks another version of the interface. */
  | { readonly kind: "unsupported"; readonly version: string };

// LXD may come back by itself. All else is for an operator.
const PASSING: readonly ProviderErrorCode[] = ["lxd-unreachable", "lxd-failed"];

/**
 * Reads the state of a certificate. After a change of the offer, it is the former state until the
 * provider answers.
 *
 * A certificate that every node trusts stays `trusted` while the provider cannot serve.
 *
 * @param certificate The certificate, PEM.
 * @throws {RangeError} If the certificate cannot be read.
 */
export function standingOf(certificate: string, answer: Answer): Standing {
  const { version = "1.0", nodes, certificates, rejections, providerError } = answer;
  if (!/^1(\.|$)/.test(version)) return { kind: "unsupported", version };
  const { fingerprint } = readOwn(certificate);
  if (nodes.length > 0 && nodes.every(({ trusted }) => trusted.includes(fingerprint))) {
    return { kind: "trusted" };
  }
  const state = certificates.get(fingerprint);
  const found = rejections.filter((rejection) => rejection.fingerprint === fingerprint);
  if (state?.state === "rejected") found.push({ ...state, unit: "" });
  if (found.length > 0) {
    return {
      kind: "rejected",
      reasons: eachOnce(found.map(({ reason }) => reason)),
      codes: eachOnce(found.map(({ code }) => code)),
    };
  }
  if (providerError) return { kind: "failing", error: providerError };
  return { kind: state ? "pending" : "waiting" };
}

/**
 * Says whether a certificate can be used: every node trusts it. Without a node it cannot.
 *
 * @param certificate The certificate, PEM.
 * @throws {RangeError} If the certificate cannot be read.
 */
export function isReady(certificate: string, answer: Answer): boolean {
  return standingOf(certificate, answer).kind === "trusted";
}

/**
 * Says whether a state ends without anyone's doing. Of the others, only `trusted` is a good one.
 *
 * @example LXD may come back, but no provider gets a credential by itself
 * ```ts
 * import assert from "node:assert/strict";
 * const failing = (code: string) => ({ kind: "failing", error: { code, reason: "r" } }) as const;
 * assert.ok(canWait({ kind: "waiting" }));
 * assert.ok(canWait(failing("lxd-unreachable")));
 * assert.ok(!canWait(failing("credential-missing")));
 * assert.ok(!canWait({ kind: "rejected", reasons: ["r"], codes: ["expired"] }));
 * ```
 *
 * @returns Whether the charm should wait; false also for a provider's error of an unknown code.
 */
export function canWait(standing: Standing): boolean {
  if (standing.kind === "failing") {
    return PASSING.some((code) => code === standing.error.code);
  }
  return standing.kind === "pending" || standing.kind === "waiting";
}

/**
 * Returns the projects that LXD grants to a certificate. They may be fewer than an offer named, or
 * others, until the provider has answered a change of the offer.
 *
 * @param certificate The certificate, PEM.
 * @returns Their names; null for all of LXD; undefined if the certificate is not trusted, or if that is
 * not known: former providers do not say.
 * @throws {RangeError} If the certificate cannot be read.
 */
export function grantedProjects(
  certificate: string,
  answer: Answer,
): readonly string[] | null | undefined {
  if (!isReady(certificate, answer)) return undefined;
  const state = answer.certificates.get(readOwn(certificate).fingerprint);
  return state?.state === "trusted" ? state.projects : undefined;
}

function eachOnce(texts: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(texts.filter((text) => text !== undefined))];
}
