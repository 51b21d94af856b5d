/**
 * Shows that two certificates were trusted at the same time, from LXD's own events.
 *
 * @module
 */
import type { CertificateEvent } from "../lxd/follow_certificates.ts";
import type { Rows } from "./layout.ts";

/** The certificates of a rotation, by their fingerprints. */
export interface Rotation {
  /** The certificate before the rotation. */
  readonly old: string;
  /** The certificate after it. */
  readonly new: string;
}

const FROM_TIME = 11;
const TO_MILLISECONDS = 23;

/** Returns the events about the certificates of a rotation. */
export function eventsOf(
  events: readonly CertificateEvent[],
  rotation: Rotation,
): readonly CertificateEvent[] {
  return events.filter(({ fingerprint }) => Object.values(rotation).includes(fingerprint));
}

/** Renders events as `lxc monitor` tells them. */
export function renderEvents(events: readonly CertificateEvent[], rotation: Rotation): Rows {
  return [
    ["TIME", "MEMBER", "EVENT", "CERTIFICATE"],
    ...events.map(({ action, fingerprint, member, time }) => [
      time === undefined ? "" : new Date(time).toISOString().slice(FROM_TIME, TO_MILLISECONDS),
      member,
      `certificate-${action}`,
      nameOf(fingerprint, rotation),
    ]),
  ];
}

/**
 * Tells what each member did to the certificates of a rotation, in order. `["created new", "deleted
 * old"]` means that it trusted both in between.
 *
 * @example Usage
 * ```ts
 * import assert from "node:assert/strict";
 * const event = { member: "member1", time: undefined };
 * const events = [
 *   { ...event, action: "created", fingerprint: "b" },
 *   { ...event, action: "deleted", fingerprint: "a" },
 * ] as const;
 * assert.deepEqual(courses(events, { old: "a", new: "b" }), {
 *   member1: ["created new", "deleted old"],
 * });
 * ```
 */
export function courses(
  events: readonly CertificateEvent[],
  rotation: Rotation,
): Readonly<Record<string, readonly string[]>> {
  const members = Object.groupBy(events, ({ member }) => member);
  return Object.fromEntries(
    Object.entries(members).map(([member, own = []]) => [
      member,
      own.map(({ action, fingerprint }) => `${action} ${nameOf(fingerprint, rotation)}`),
    ]),
  );
}

function nameOf(fingerprint: string, rotation: Rotation): string {
  return fingerprint === rotation.old ? "old" : "new";
}
