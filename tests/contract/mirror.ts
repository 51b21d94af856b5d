/**
 * The contract's table from the requirer's side: how the library must read an answer.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readAnswer, rotate, type Standing, standingOf } from "../../lib/requirer/mod.ts";
import type { Databag } from "../../lib/requirer/databag.ts";
import type { Answer, Name } from "./histories.ts";
import type { NamedCertificates } from "./interface.ts";

/** Compares the library's reading of a provider's databag with the table. */
export function checkReport(databag: Databag, expected: Answer, named: NamedCertificates): void {
  const answer = readAnswer({}, [databag]);
  assert.deepEqual(answer, readAnswer(databag, []));
  for (const [name, { certificate }] of entries(named)) {
    assert.deepEqual(withoutCodes(standingOf(certificate, answer)), standing(name, expected), name);
  }
  if (!expected.rotation) return;
  const { keys, use, offer } = expected.rotation;
  const names = new Map(entries(named).map(([name, { certificate }]) => [certificate, name]));
  const certificates = keys.flatMap((key) => [...names].filter(([, name]) => name === key));
  const rotation = rotate(certificates.map(([certificate]) => certificate), answer, new Date());
  assert.deepEqual([names.get(rotation.use ?? ""), rotation.offer.map((one) => names.get(one))], [
    use,
    offer,
  ]);
}

/** The table has the reasons of rejections, which decide their codes. */
function withoutCodes(standing: Standing): Standing {
  return standing.kind === "rejected" ? { ...standing, codes: [] } : standing;
}

function standing(name: Name, { trusted, rejected = [] }: Answer): Standing {
  if (trusted.includes(name)) return { kind: "trusted" };
  const reasons = rejected.filter(({ certificate }) => certificate === name)
    .map(({ reason }) => reason);
  return reasons.length > 0 ? { kind: "rejected", reasons, codes: [] } : { kind: "waiting" };
}

function entries(
  named: NamedCertificates,
): readonly (readonly [keyof NamedCertificates, NamedCertificates[keyof NamedCertificates]])[] {
  return Object.entries(named) as [
    keyof NamedCertificates,
    NamedCertificates[keyof NamedCertificates],
  ][];
}
