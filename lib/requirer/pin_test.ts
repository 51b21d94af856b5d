import assert from "node:assert/strict";
import { createCertificate } from "../../tests/certificates.ts";
import { craft, keyOf, nameOf, rsaKeyOf } from "../../tests/crafted.ts";
import { firstCertificate } from "./certificate.ts";
import { unknownToTls, unpinnable } from "./pin.ts";

const NOW = new Date();

const read = (pem: string) => {
  const certificate = firstCertificate(pem);
  assert.ok(certificate);
  return certificate;
};

const authority = await createCertificate({ commonName: "authority", ca: true });
const namesake = await createCertificate({ commonName: "authority", ca: true });
const issued = read((await createCertificate({ issuer: authority })).certificate);
const plain = read((await createCertificate()).certificate);

Deno.test("unpinnable() has nothing against a certificate that is signed by itself", () => {
  assert.equal(unpinnable(plain, [], NOW), undefined);
  assert.equal(unpinnable(read(authority.certificate), [], NOW), undefined);
});

Deno.test("unpinnable() asks for the authority that issued a certificate, and for no other", () => {
  const [right, wrong] = [read(authority.certificate), read(namesake.certificate)];
  assert.equal(unpinnable(issued, [right], NOW), undefined);
  assert.equal(unpinnable(issued, [wrong, plain, right], NOW), undefined);
  assert.equal(unpinnable(issued, undefined, NOW), undefined);
  for (const given of [[], [wrong], [plain], [issued]]) {
    assert.match(unpinnable(issued, given, NOW) ?? "", /issued by "CN=authority".* add that one/);
  }
});

Deno.test.each([
  { what: "of version 1", pem: craft(), reason: /X\.509 version 1/ },
  {
    what: "of version 3, with a key that TLS does not know",
    pem: craft({ padding: 1, key: keyOf("06032b6571") }),
    reason: /key is none that our TLS can verify/,
  },
  {
    what: "with too long a key",
    pem: craft({ padding: 1, key: rsaKeyOf(2n ** 8199n + 1n, 65537n) }),
    reason: /key is none that our TLS can verify/,
  },
  {
    what: "issued by one with a long name",
    pem: craft({ padding: 1, issuer: nameOf(`a\n${"b".repeat(300)}`) }),
    reason: /^The certificate is issued by "[^\n]{1,100}", whose own/,
  },
])("unpinnable() says that a certificate is $what", ({ pem, reason }) => {
  assert.match(unpinnable(read(pem), [], NOW) ?? "", reason);
});

Deno.test("unpinnable() says when a certificate is valid", () => {
  const [before, after] = [new Date("2000-01-01"), new Date("2100-01-01")];
  assert.match(unpinnable(plain, [], before) ?? "", /^The certificate is not valid before/);
  assert.match(unpinnable(plain, [], after) ?? "", /^The certificate expired on/);
});

Deno.test("unknownToTls() has nothing against what is common, or not critical", () => {
  for (const pem of [plain.pem, authority.certificate, craft({ padding: 1 }), craft()]) {
    assert.equal(unknownToTls(read(pem)), undefined);
  }
});
