import assert from "node:assert/strict";
import { answering } from "../../tests/answers.ts";
import { createCertificate } from "../../tests/certificates.ts";
import { expiresAt, readAnswer, renewsAt, rotate } from "./mod.ts";

const [NOT_BEFORE, NOT_AFTER] = [new Date("2026-01-01"), new Date("2026-04-01")];
// A life of 90 days.
const RENEWAL = new Date("2026-03-02").getTime();
const validity = { notBefore: NOT_BEFORE, notAfter: NOT_AFTER };
const [old, fresh, server] = await Promise.all([
  createCertificate(validity),
  createCertificate({ notBefore: new Date("2026-03-01"), notAfter: new Date("2036-03-01") }),
  createCertificate(),
]);
const NOW = new Date("2026-03-01");

Deno.test.each([
  { what: "none is trusted yet", trusted: [], use: undefined, offer: [fresh, old] },
  { what: "the former one is", trusted: [old], use: old, offer: [fresh, old] },
  { what: "both are", trusted: [old, fresh], use: fresh, offer: [fresh] },
  { what: "the new one is", trusted: [fresh], use: fresh, offer: [fresh] },
])("rotate() never lets go of the certificate in use: $what", ({ trusted, use, offer }) => {
  const certificates = [fresh.certificate, old.certificate];
  const answer = readAnswer(answering({ server: server.certificate, trusted }), []);
  assert.deepEqual(rotate(certificates, answer, NOW), {
    use: use?.certificate,
    offer: offer.map(({ certificate }) => certificate),
    isRenewalDue: false,
  });
});

Deno.test("renewsAt() is when two thirds of the life are over", () => {
  assert.deepEqual(expiresAt(old.certificate), NOT_AFTER);
  assert.deepEqual(renewsAt(old.certificate), new Date(RENEWAL));
  const { certificate, key } = old;
  assert.throws(() => renewsAt(certificate + key), RangeError);
});

Deno.test.each([
  { what: "before the certificate begins", at: NOT_BEFORE.getTime() - 1, expected: false },
  { what: "just before two thirds are over", at: RENEWAL - 1, expected: false },
  { what: "when two thirds are over", at: RENEWAL, expected: true },
  { what: "after the end", at: NOT_AFTER.getTime() + 1, expected: true },
])("rotate() says whether to renew: $what", ({ at, expected }) => {
  const answer = readAnswer(answering({ server: server.certificate, trusted: [old] }), []);
  const { use, isRenewalDue } = rotate([old.certificate], answer, new Date(at));
  assert.deepEqual([use, isRenewalDue], [old.certificate, expected]);
});

Deno.test("rotate() asks for a certificate if none is at hand, and for one at a time", () => {
  const late = new Date(NOT_AFTER.getTime() - 1);
  const answer = readAnswer(answering({ server: server.certificate, trusted: [old] }), []);
  assert.deepEqual(rotate([], answer, late), { use: undefined, offer: [], isRenewalDue: true });
  // The new one is not trusted yet. Another one would not be either.
  const { use, isRenewalDue } = rotate([fresh.certificate, old.certificate], answer, late);
  assert.deepEqual([use, isRenewalDue], [old.certificate, false]);
});
