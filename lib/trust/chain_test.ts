import assert from "node:assert/strict";
import { type CertificateOptions, createCertificate } from "../../tests/certificates.ts";
import { craft, createKey, keyOf, nameOf, rsaKeyOf } from "../../tests/crafted.ts";
import { type Certificate, firstCertificate } from "../requirer/certificate.ts";
import { type Authorities, authoritiesAmong } from "./chain.ts";

const UTF8 = 0x0c;
const PRINTABLE = 0x13;

// Of each two, the first signed the second, with what the runtime cannot verify.
const UNVERIFIABLE = {
  "ECDSA on P-521": `
-----BEGIN CERTIFICATE-----
MIIBjTCB7wIBATAKBggqhkjOPQQDBDAPMQ0wCwYDVQQDDARyb290MB4XDTAwMDEw
MTAwMDAwMFoXDTQ5MDEwMTAwMDAwMFowDzENMAsGA1UEAwwEcm9vdDCBmzAQBgcq
hkjOPQIBBgUrgQQAIwOBhgAEAJuGpu8wycaLrWyFcdJX7jo16f2V8TOXOt74+Rpo
p9ZX0rSktOewfRRNxPMUWjrJUv91SkxByxp6mCKV8JU5p/0jACSBppSItcSWOzf4
zZ7ZZ/5FNCgOvlPnG4872iJlgwFubxLJmLYRP8DjBwhLutrQu1XN7DnOeRKke4Hu
AHZ65w8WMAoGCCqGSM49BAMEA4GMADCBiAJCAY8mVeun7jTiJSG3IPcEqH8EWa+x
XS75hTXtNHxCoDGUHsDXPoQOAmrK1sTiMWI8drTF1oVOFyoZF/gbe17Ncbo8AkIA
ophjq432wQPy7bFJR+wX+FgXhStYhAjTGJ5G78KKAT+ZOrTzzg2fYBUBUcFUIgU4
x4Pe8ld5x6841u2+6NW9YMg=
-----END CERTIFICATE-----
-----BEGIN CERTIFICATE-----
MIIBGDB9AgECMAoGCCqGSM49BAMEMA8xDTALBgNVBAMMBHJvb3QwHhcNMDAwMTAx
MDAwMDAwWhcNNDkwMTAxMDAwMDAwWjAPMQ0wCwYDVQQDDARsZWFmMCowBQYDK2Vw
AyEA3CJIAoCwQyrAT8ZIO/ePIGf7scQQlhXGKWgojFXkuW0wCgYIKoZIzj0EAwQD
gYoAMIGGAkFJrq7US9OvlyECjGSyjXnhi96WQRrXMlWBV6iQaL+ZkPyX3aV6lOU6
oESQ6NcyDR92vYnDI7LZhQJGUc/liW4/TwJBQR0CMTPH4SmDw9gyNZzvQF14ceIc
x8KyDPjSyH15IIo6wgTzlTpp8uZthOfFUUhQXCX6hFBUPguDmndVHky+bEM=
-----END CERTIFICATE-----
`,
  Ed448: `
-----BEGIN CERTIFICATE-----
MIIBEDCBkQIBATAFBgMrZXEwDzENMAsGA1UEAwwEcm9vdDAeFw0wMDAxMDEwMDAw
MDBaFw00OTAxMDEwMDAwMDBaMA8xDTALBgNVBAMMBHJvb3QwQzAFBgMrZXEDOgCL
CHZx1B5lq2eqksivJYW3d5h2sFUGNq7ktRQVuOHJ9fpKSfCLGt4C0oXvFMJ7GxFW
tw81g7vj7AAwBQYDK2VxA3MAymnzx+ZOfXZtHv1msGhiukCGdag3JGDFbLBBLbz5
xZ0b499DwRWWH+cJ3fS5zGpGLo+riObjeL6AkWACi3yUTtNTd+0tcYIqaJ9IZZg7
xR6uzc9cyy0dFnA7kKo4KCrSRTm94DMG/hFDCMFOD31t2A4A
-----END CERTIFICATE-----
-----BEGIN CERTIFICATE-----
MIH2MHgCAQIwBQYDK2VxMA8xDTALBgNVBAMMBHJvb3QwHhcNMDAwMTAxMDAwMDAw
WhcNNDkwMTAxMDAwMDAwWjAPMQ0wCwYDVQQDDARsZWFmMCowBQYDK2VwAyEA3CJI
AoCwQyrAT8ZIO/ePIGf7scQQlhXGKWgojFXkuW0wBQYDK2VxA3MAh6s/g7nTBhyH
+Md+zAjCZHNqbC+ZylTRGxViG5GY6O3WA0uJ+mt0ydJHJ8YyTuFgSp7Yzrs3aHsA
ZdmINmvnR165KCcKV9FMGp7A6VqrM/ROImNiyetgJ8i6fBnF4CXS+CAW4EPqY6jT
EY0VluJRBg8A
-----END CERTIFICATE-----
`,
  "RSA-PSS": `
-----BEGIN CERTIFICATE-----
MIIC/DCCAa8CAQEwQgYJKoZIhvcNAQEKMDWgDzANBglghkgBZQMEAgEFAKEcMBoG
CSqGSIb3DQEBCDANBglghkgBZQMEAgEFAKIEAgIA3jAPMQ0wCwYDVQQDDARyb290
MB4XDTAwMDEwMTAwMDAwMFoXDTQ5MDEwMTAwMDAwMFowDzENMAsGA1UEAwwEcm9v
dDCCASIwDQYJKoZIhvcNAQEBBQADggEPADCCAQoCggEBAOebP5kO9PS3I/et5f10
exXwzYLre0avJ2/KL3HUkFBneUrzoWoN1yrbT0+ge/NZZXLilPg6BQNq+T3YB8/o
9HsJ4VLCVHzUUoaC6JWx8W9XHeVhqy+XfygjHH6y9q5e5jbfWKmEnh8bI+y1ZDWq
ivH1MhOwknxNc295gLcWv/iBpw0O6uTIthdkV40x/k8qsECsiSkQinEfwhWZ4HzU
pR1yXnQFHrwxpsLq++cwPIYbc9XszxiVtJayk6R9OLPTROMf6xxMqYYWwvzBy3S1
8OcAWbQ1d/vze9wxjvafTdoJYrBguwwoVZtEtEERN3tV8vsf/zwzJSmPvjKk1h3i
Ru0CAwEAATBCBgkqhkiG9w0BAQowNaAPMA0GCWCGSAFlAwQCAQUAoRwwGgYJKoZI
hvcNAQEIMA0GCWCGSAFlAwQCAQUAogQCAgDeA4IBAQCeyKmmnUeVY0KaSUcr+/px
zpHMQYvEWeimhrN/GAKGWBGDr7SaTqPy7O8R/NbvTxNxr4uGHQQT6kdlaCCc9njY
cV5tzK1ILognwlOJJNdHhy9Kx4nX8suLbDr/aqNCqIeGwkYQ5M9+yrxp6ouVhp7G
a6e9lY8mCRt5jwauFqoBRfNmWwBDcIVMUZIlzCDxglbq4ISKW38BkC368VC8okV0
KAVlL3EBzfXqf+ggobDlW4MrxdczOnCpFbQzIonkzzrxIUmQ0w9T20BFEJ2Veg9r
Tp/BVFOMGMoVC+PDIQcsr8M4O61Fe3Jdn2EJjm8WAdrtjMnSDaoztnXKduAXKorW
-----END CERTIFICATE-----
-----BEGIN CERTIFICATE-----
MIICATCBtQIBAjBCBgkqhkiG9w0BAQowNaAPMA0GCWCGSAFlAwQCAQUAoRwwGgYJ
KoZIhvcNAQEIMA0GCWCGSAFlAwQCAQUAogQCAgDeMA8xDTALBgNVBAMMBHJvb3Qw
HhcNMDAwMTAxMDAwMDAwWhcNNDkwMTAxMDAwMDAwWjAPMQ0wCwYDVQQDDARsZWFm
MCowBQYDK2VwAyEA3CJIAoCwQyrAT8ZIO/ePIGf7scQQlhXGKWgojFXkuW0wQgYJ
KoZIhvcNAQEKMDWgDzANBglghkgBZQMEAgEFAKEcMBoGCSqGSIb3DQEBCDANBglg
hkgBZQMEAgEFAKIEAgIA3gOCAQEAVzbOA7Wm76NvSNGDcLUpSt89S/OhhcIf42oK
dvGKZeOpBL6ze8BG7fUegRvWovzwRERuE3B3zgTq7hNVfV7O7bWoTWTsxSR6KCZg
vXtXHRTW6rU/l7OivmhoGUsRNU0UzQDHM3Zv+BQcIuSonLLKMl8DL9g1Evn2B7uv
MfrD68KLiV8Ujs0Un6MWx3F5crYklO56ugV9aHufGDuvvtQWDyun24fB0ySGjUPv
piCUgmH+m1S4SNApUuM4pL00W7sQFTHXYjR2yhcshadipsJl3nAYkjXW/Vvo/gz1
bkNQ4YdLh/O5dxUJllDjOekTPhnA9GiG0dAidu711qdJ+EMl4A==
-----END CERTIFICATE-----
`,
  "ECDSA with SHA-1": `
-----BEGIN CERTIFICATE-----
MIIBPzCByAIBATAJBgcqhkjOPQQBMA8xDTALBgNVBAMMBHJvb3QwHhcNMDAwMTAx
MDAwMDAwWhcNNDkwMTAxMDAwMDAwWjAPMQ0wCwYDVQQDDARyb290MHYwEAYHKoZI
zj0CAQYFK4EEACIDYgAEVFIkD1hs6zvhAfDgRw4hWCs64e7ITslXFiI01OgmJu1w
Tzpl3THeyXSJwQlsnd+5Xn9OAHTVyvwlALK0QiXhseXgI/I74W+P5nDJl59HA9sU
WhHCToUeEL9CeoNmYkeBMAkGByqGSM49BAEDZwAwZAIwS9mfAyacvTmkMCRTmzgG
wf6dvpUqiG1DJSzpUNZktgfgWKXyOEcKPmlc+y29jR+wAjAT9YU8ltZcVP2/k11N
unUL5v2yPsn3wgJQ9PfweXq3vaFfUaGQmf3FQeIBbuflqHI=
-----END CERTIFICATE-----
-----BEGIN CERTIFICATE-----
MIH0MHwCAQIwCQYHKoZIzj0EATAPMQ0wCwYDVQQDDARyb290MB4XDTAwMDEwMTAw
MDAwMFoXDTQ5MDEwMTAwMDAwMFowDzENMAsGA1UEAwwEbGVhZjAqMAUGAytlcAMh
ANwiSAKAsEMqwE/GSDv3jyBn+7HEEJYVxiloKIxV5LltMAkGByqGSM49BAEDaQAw
ZgIxALlcBSHdIqF8i6sh9PFvxXQPxwYl85OQfGl57S6JXerqoBXUQsMXiFVD6mqa
3b0DNAIxAJnr90PHsmkUr5NnQgKcoD2bRR5hW9gw8ZtUNjQ0/8TByxpIX6XKzA2i
LwWXMIuw4g==
-----END CERTIFICATE-----
`,
} as const;

function read(pem: string): Certificate {
  const certificate = firstCertificate(pem);
  assert.ok(certificate);
  return certificate;
}

async function make(options?: CertificateOptions): Promise<Certificate> {
  return read((await createCertificate(options)).certificate);
}

/** Holds in every order, and however often each of them is there. */
function check(certificates: readonly Certificate[], authorities: readonly Certificate[]): void {
  const expected = new Set(authorities.map(({ fingerprint }) => fingerprint));
  const orders = [
    certificates,
    certificates.toReversed(),
    [...certificates, ...certificates],
    ...certificates.map((_, index) => [
      ...certificates.slice(index),
      ...certificates.slice(0, index),
    ]),
  ];
  for (const order of orders) {
    assert.deepEqual(authoritiesAmong(order), { certain: expected, doubtful: new Set() });
  }
}

const root = await createCertificate({ commonName: "root", ca: true });
const middle = await createCertificate({ commonName: "middle", ca: true, issuer: root });
const leaf = await make({ commonName: "leaf", issuer: middle });
const [top, between] = [read(root.certificate), read(middle.certificate)];

Deno.test("authoritiesAmong() finds the authorities of a chain, in any order", () => {
  check([leaf, between, top], [between, top]);
  check([leaf, between], [between]);
  check([between, top], [top]);
});

Deno.test("authoritiesAmong() finds none where nothing signed another one", async () => {
  check([], []);
  check([leaf], []);
  check([top, leaf], []);
  check([top, leaf, await make(), await make()], []);
});

Deno.test("authoritiesAmong() finds one whose certificate does not say that it may sign", async () => {
  for (const ca of [false, true]) {
    const signer = await createCertificate({ commonName: "signer", ca });
    const signed = await make({ commonName: "signed", issuer: signer });
    check([read(signer.certificate), signed], [read(signer.certificate)]);
  }
});

Deno.test("authoritiesAmong() finds every certificate of an authority that is signed by another one", async () => {
  const other = await createCertificate({ commonName: "other root", ca: true });
  const crossed = await make({ commonName: "middle", ca: true, keyOf: middle, issuer: other });
  const second = await make({ commonName: "second leaf", issuer: middle });
  const authorities = [between, top, crossed, read(other.certificate)];
  check([leaf, second, ...authorities], authorities);
  check([leaf, crossed], [crossed]);
});

Deno.test("authoritiesAmong() finds two that signed each other", () => {
  const [a, b] = [createKey(), createKey()];
  const one = craft({ subject: nameOf("a"), issuer: nameOf("b"), key: a.key, signer: b.signer });
  const two = craft({ subject: nameOf("b"), issuer: nameOf("a"), key: b.key, signer: a.signer });
  check([read(one), read(two)], [read(one), read(two)]);
});

Deno.test("authoritiesAmong() finds no authority among strangers of the same name", async () => {
  const strangers = [await make(), await make(), await make({ ca: true })];
  check(strangers, []);
  const namesake = await make({ commonName: "middle", ca: true });
  check([leaf, namesake], []);
  check([leaf, namesake, between], [between]);
});

Deno.test("authoritiesAmong() takes no certificate for the authority of its renewal", async () => {
  const first = await createCertificate({ commonName: "client", ca: true });
  const sameKey = await make({ commonName: "client", ca: true, keyOf: first });
  const newKey = await make({ commonName: "client", ca: true });
  check([read(first.certificate), sameKey, newKey], []);
});

Deno.test("authoritiesAmong() finds a key that signed the next one of the same name", () => {
  const [old, next] = [createKey(), createKey()];
  const subject = nameOf("root");
  const first = read(craft({ subject, ...old }));
  const rollover = read(craft({ subject, key: next.key, signer: old.signer }));
  const itself = read(craft({ subject, ...next }));
  check([first, rollover], [first]);
  check([first, rollover, itself], [first]);
});

Deno.test.each([
  { what: "another kind of text", issuer: nameOf("Root CA", PRINTABLE) },
  { what: "other letters", issuer: nameOf("root ca", UTF8) },
  { what: "other white space", issuer: nameOf("  Root   CA ", UTF8) },
])("authoritiesAmong() compares names as TLS does: $what", ({ issuer }) => {
  const { key, signer } = createKey();
  const authority = read(craft({ subject: nameOf("Root CA"), key, signer }));
  check([authority, read(craft({ subject: nameOf("leaf"), issuer, signer }))], [authority]);
});

Deno.test("authoritiesAmong() compares names that cannot be read", () => {
  const { key, signer } = createKey();
  const subject = Uint8Array.fromHex("300d310b300906035504031e02d800");
  const authority = read(craft({ subject, key, signer }));
  check([authority, read(craft({ subject: nameOf("leaf"), issuer: subject, signer }))], [
    authority,
  ]);
});

Deno.test.each(Object.entries(UNVERIFIABLE).map(([what, pems]) => ({ what, pems })))(
  "authoritiesAmong() goes by the names where it cannot verify: $what",
  ({ pems }) => {
    const [authority = "", signed = ""] = pems.trimStart().split(
      /(?<=-----END CERTIFICATE-----)\n/,
    );
    const [first, second] = [read(authority), read(signed)];
    check([first, second], [first]);
    // What names itself is taken to have signed itself.
    check([first, read(craft({ subject: nameOf("root") }))], []);
  },
);

Deno.test("authoritiesAmong() goes by the names where a key cannot be read, of the right kind", () => {
  const issuer = nameOf("root");
  const signed = read(craft({ subject: nameOf("leaf"), issuer }));
  // Ed25519 cut short, and an RSA key that is too long for the runtime.
  const short = read(craft({ subject: issuer, key: keyOf("06032b6570", new Uint8Array(2)) }));
  const long = read(craft({ subject: issuer, key: rsaKeyOf((1n << 8192n) + 1n, 3n) }));
  check([signed, short, long], [short]);
});

Deno.test("authoritiesAmong() never throws for a certificate that could be read, however damaged", () => {
  const bytes = Uint8Array.fromBase64(top.der);
  for (const index of bytes.keys()) {
    const damaged = bytes.map((byte, at) => at === index ? byte ^ 0x01 : byte);
    const certificate = firstCertificate(
      `-----BEGIN CERTIFICATE-----${damaged.toBase64()}-----END CERTIFICATE-----`,
    );
    if (certificate) authoritiesAmong([certificate, between, leaf, top]);
  }
});

/** Counts the signatures that are verified; none of them is right. */
function countVerifications(certificates: readonly Certificate[]): {
  readonly verified: number;
  readonly authorities: Authorities;
} {
  let verified = 0;
  const authorities = authoritiesAmong(certificates, () => {
    verified++;
    return false;
  });
  return { verified, authorities };
}

Deno.test("authoritiesAmong() verifies signatures where names match, and a hundred of them", () => {
  const subject = nameOf("root");
  const namesakes = Array.from({ length: 300 }, () => read(craft({ subject })));
  const signed = Array.from(
    { length: 300 },
    () => read(craft({ subject: nameOf("leaf"), issuer: subject })),
  );
  const { verified, authorities } = countVerifications([...namesakes, ...signed]);
  assert.equal(verified, 100);
  // Those whose signatures are too many to verify are taken for authorities, by their names.
  assert.equal(authorities.certain.size, 0);
  assert.deepEqual(authorities.doubtful, new Set(namesakes.map(({ fingerprint }) => fingerprint)));
  const strangers = Array.from(
    { length: 300 },
    (_, index) => read(craft({ subject: nameOf(`a${index}`), issuer: nameOf(`b${index}`) })),
  );
  assert.deepEqual(countVerifications(strangers), {
    verified: 0,
    authorities: { certain: new Set(), doubtful: new Set() },
  });
});

Deno.test("authoritiesAmong() has enough verifications for as many renewals as a requirer may send", () => {
  const renewals = Array.from({ length: 100 }, () => read(craft({ subject: nameOf("my-charm") })));
  assert.deepEqual(authoritiesAmong(renewals), { certain: new Set(), doubtful: new Set() });
});

Deno.test("authoritiesAmong() finds the one authority of many certificates", () => {
  const subject = nameOf("root");
  const { key, signer } = createKey();
  const authority = read(craft({ subject, key, signer }));
  const signed = Array.from(
    { length: 300 },
    () => read(craft({ subject: nameOf("x"), issuer: subject, signer })),
  );
  check([...signed.slice(0, 3), authority], [authority]);
  const { certain, doubtful } = authoritiesAmong([...signed, authority]);
  assert.deepEqual([certain, doubtful], [new Set([authority.fingerprint]), new Set()]);
});
