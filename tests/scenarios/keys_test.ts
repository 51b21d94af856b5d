import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { fingerprintOf } from "../certificates.ts";
import { craft, rsaKeyOf } from "../crafted.ts";
import {
  createOpensslCertificate,
  opensslAuthOf,
  type OpensslCertificate,
  type OpensslKind,
} from "../lxd/openssl.ts";
import { IS_STAND_IN, startLxd } from "../lxd/servers.ts";
import { APPLICATION } from "../harness/charm.ts";
import { relateHttps } from "../harness/https_requirer.ts";
import { deploy } from "../harness/deployment.ts";

const rsa = (bits: number, ...more: readonly string[]): OpensslKind => ({
  key: ["-algorithm", "RSA", "-pkeyopt", `rsa_keygen_bits:${bits}`, ...more],
});
const ec = (curve: string): OpensslKind => ({
  key: ["-algorithm", "EC", "-pkeyopt", `ec_paramgen_curve:${curve}`],
});
const signed = (...request: readonly string[]): OpensslKind => ({ ...ec("P-256"), request });

// LXD lets in these keys, whatever else the certificate says.
const LET_IN: Readonly<Record<string, OpensslKind>> = {
  "RSA, 2048 bits": rsa(2048),
  "RSA, 3072 bits": rsa(3072),
  "RSA, the exponent 3": rsa(2048, "-pkeyopt", "rsa_keygen_pubexp:3"),
  "RSA, signed with SHA-1": { ...rsa(2048), request: ["-sha1"] },
  "RSA, signed with MD5": { ...rsa(2048), request: ["-md5"] },
  "RSA, signed with RSA-PSS": { ...rsa(2048), request: ["-sigopt", "rsa_padding_mode:pss"] },
  "P-256": ec("P-256"),
  "P-384": ec("P-384"),
  "P-521": ec("P-521"),
  Ed25519: { key: ["-algorithm", "ED25519"] },
  "for servers only": signed("-addext", "extendedKeyUsage=critical,serverAuth"),
  "for no signature": signed("-addext", "keyUsage=critical,keyEncipherment"),
  "with an unknown extension": signed("-addext", "1.2.3.4=critical,DER:0500"),
  "with a negative serial number": signed("-set_serial", "-5"),
};

const ADVICE = "LXD lets in RSA, ECDSA (P-256, P-384 or P-521) and Ed25519 only";

interface KeptOut extends OpensslKind {
  /** Status of LXD's reply to a request that adds the certificate. */
  readonly status: number;
  /** Reason in the requirer's rejection. */
  readonly reason: string;
}

// LXD never lets in these keys, though some of them fit into its trust store.
const KEPT_OUT: Readonly<Record<string, KeptOut>> = {
  "RSA, 1024 bits": {
    ...rsa(1024),
    status: 400,
    reason: "The RSA key has 1024 bits: LXD asks for at least 2048",
  },
  "RSA-PSS": {
    key: ["-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"],
    status: 201,
    reason: `The key is of the kind RSA-PSS: ${ADVICE}`,
  },
  DSA: {
    parameters: ["-genparam", "-algorithm", "DSA", "-pkeyopt", "dsa_paramgen_bits:2048"],
    key: [],
    status: 201,
    reason: `The key is of the kind DSA: ${ADVICE}`,
  },
  Ed448: {
    key: ["-algorithm", "ED448"],
    status: 201,
    reason: `The key is of the kind Ed448: ${ADVICE}`,
  },
  "P-224": { ...ec("P-224"), status: 201, reason: `The key is on the curve P-224: ${ADVICE}` },
  "P-192": { ...ec("P-192"), status: 400, reason: `The key is on the curve P-192: ${ADVICE}` },
  secp256k1: {
    ...ec("secp256k1"),
    status: 400,
    reason: `The key is on the curve secp256k1: ${ADVICE}`,
  },
  brainpoolP256r1: {
    ...ec("brainpoolP256r1"),
    status: 400,
    reason: `The key is on the curve brainpoolP256r1: ${ADVICE}`,
  },
  "a curve without a name": {
    key: [...ec("P-256").key, "-pkeyopt", "ec_param_enc:explicit"],
    status: 400,
    reason: `The key's curve has no name: ${ADVICE}`,
  },
};

function bytesOf(pem: string): number {
  return new X509Certificate(pem).raw.length;
}

async function createAll(
  kinds: Readonly<Record<string, OpensslKind>>,
): Promise<readonly (readonly [string, OpensslCertificate])[]> {
  const made = Object.entries(kinds).map(async ([what, kind]) =>
    [what, await createOpensslCertificate(kind)] as const
  );
  return await Promise.all(made);
}

// The stand-in's TLS lets in other keys than Go's TLS.
Deno.test("keys: a published certificate gets in, and every other one is rejected with a reason", {
  ignore: IS_STAND_IN,
}, async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const [member] = lxd.members;
  assert.ok(member);
  const [good, bad] = [await createAll(LET_IN), await createAll(KEPT_OUT)];
  const requirer = deployment.requirer();
  requirer.offer(0, [...bad, ...good].map(([, { certificate }]) => certificate));
  await deployment.settle();

  const { trusted, rejected } = requirer.told();
  assert.deepEqual(trusted, good.map(([, { fingerprint }]) => fingerprint).sort());
  assert.deepEqual(Object.keys(await deployment.ours()).sort(), trusted);
  for (const [what, certificate] of good) {
    assert.equal(await opensslAuthOf(member.endpoint, certificate), "trusted", what);
  }
  const reasons = new Map(rejected.map(({ fingerprint, reason }) => [fingerprint, reason]));
  assert.equal(rejected.length, bad.length);
  for (const [what, { fingerprint }] of bad) {
    assert.equal(reasons.get(fingerprint), KEPT_OUT[what]?.reason, what);
  }

  // LXD lets in none of the rejected certificates.
  for (const [what, certificate] of bad) {
    const body = certificate.certificate.replaceAll(/-----[A-Z ]*-----|\s/g, "");
    const added = await lxd.admin("POST", "/1.0/certificates", {
      type: "client",
      name: what,
      certificate: body,
    });
    assert.equal(added.status, KEPT_OUT[what]?.status, what);
    assert.notEqual(await opensslAuthOf(member.endpoint, certificate), "trusted", what);
  }
  // The rejected certificates stay unpublished, though they are in the trust store now.
  await deployment.updateStatus();
  assert.deepEqual(requirer.told().trusted, trusted);
  assert.equal(requirer.told().rejected.length, bad.length);
});

Deno.test("keys: every unit rejects a certificate that only newer LXD keeps out", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd, { units: 2 });
  const requirer = deployment.requirer();
  const good = craft();
  const long = craft({ padding: 64_000 });
  const bad = {
    "The RSA key has 8193 bits: LXD lets none in with more than 8192": craft({
      key: rsaKeyOf((1n << 8192n) + 1n, 65_537n),
    }),
    "The RSA key's exponent is not odd and from 3 to 2147483647: LXD lets none in with another":
      craft({ key: rsaKeyOf((1n << 2047n) + 1n, (1n << 32n) + 1n) }),
    [
      `The certificate has ${bytesOf(long)} bytes, and the limit is 16 KiB (16384 bytes): ` +
      "use one without large extensions"
    ]: long,
  };
  requirer.offer(0, [...Object.values(bad), good]);
  await deployment.settle();
  const { trusted, rejected } = requirer.told();
  assert.deepEqual(trusted, [fingerprintOf(good)]);
  assert.deepEqual(
    Object.fromEntries(rejected.map(({ fingerprint, reason }) => [reason, fingerprint])),
    Object.fromEntries(Object.entries(bad).map(([reason, pem]) => [reason, fingerprintOf(pem)])),
  );
  assert.deepEqual(requirer.told(`${APPLICATION}/1`), requirer.told());
});

Deno.test("keys: the charm revokes a useless certificate that an older version registered", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const requirer = deployment.requirer();
  const good = await createOpensslCertificate(ec("P-256"));
  const bad = await createOpensslCertificate(KEPT_OUT["DSA"] ?? { key: [] });
  const name = `${APPLICATION}@${deployment.model.uuid}:${requirer.relation.id}:my-charm-0`;
  await lxd.trust(bad.certificate, { name });
  requirer.offer(0, [bad.certificate, good.certificate]);
  await deployment.settle();
  assert.deepEqual(Object.keys(await deployment.ours()), [good.fingerprint]);
  await lxd.trust(bad.certificate, { name });
  await deployment.updateStatus();
  assert.deepEqual(Object.keys(await deployment.ours()), [good.fingerprint]);
  assert.deepEqual(requirer.told().trusted, [good.fingerprint]);
});

Deno.test("keys: lxd-https gives the reason for a useless certificate", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  const requirer = relateHttps(deployment.model);
  const { certificate, fingerprint } = await createOpensslCertificate(
    KEPT_OUT["Ed448"] ?? { key: [] },
  );
  requirer.offer(0, certificate);
  await deployment.settle();
  const against = { code: "key-kind", reason: KEPT_OUT["Ed448"]?.reason };
  const rejected = [{ unit: "https-client/0", fingerprint, ...against }];
  const [state, ...others] = JSON.parse(requirer.told()["certificates"] ?? "[]");
  const { expires_at: _, ...rest } = state;
  assert.deepEqual([rest, others], [{ fingerprint, state: "rejected", ...against }, []]);
  const { certificates: __, ...told } = requirer.told();
  assert.deepEqual(told, { rejected_certificates: JSON.stringify(rejected) });
});
