import assert from "node:assert/strict";
import { createPrivateKey } from "node:crypto";
import { createOpensslCertificate, type OpensslKind } from "../lxd/openssl.ts";
import { startLxd, VERSION } from "../lxd/servers.ts";
import { failed } from "../harness/actions.ts";
import { APPLICATION } from "../harness/charm.ts";
import { deploy } from "../harness/deployment.ts";

type Form = "pkcs8" | "pkcs1" | "sec1";

const LABELS = ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ANY PRIVATE KEY"];

const rsa = (bits: number, algorithm = "RSA"): OpensslKind => ({
  key: ["-algorithm", algorithm, "-pkeyopt", `rsa_keygen_bits:${bits}`],
});
const ec = (curve: string): OpensslKind => ({
  key: ["-algorithm", "EC", "-pkeyopt", `ec_paramgen_curve:${curve}`],
});

const TAKEN: readonly (readonly [kind: string, made: OpensslKind, forms: readonly Form[]])[] = [
  ["RSA", rsa(2048), ["pkcs8", "pkcs1"]],
  ["P-256", ec("P-256"), ["pkcs8", "sec1"]],
  ["P-384", ec("P-384"), ["sec1"]],
  ["P-521", ec("P-521"), ["pkcs8", "sec1"]],
  ["Ed25519", { key: ["-algorithm", "ED25519"] }, ["pkcs8"]],
];

// Keys and certificates that neither our TLS nor LXD's can use.
const NOT_TAKEN: readonly (readonly [named: RegExp, made: OpensslKind])[] = [
  [/RSA key has 1024 bits/, rsa(1024)],
  [/RSA key has 8200 bits/, rsa(8200)],
  [/RSA-PSS/, rsa(2048, "RSA-PSS")],
  [/Ed448/, { key: ["-algorithm", "ED448"] }],
  [/P-224/, ec("P-224")],
  [/secp256k1/, ec("secp256k1")],
  [/brainpoolP256r1/, ec("brainpoolP256r1")],
  [/DSA/, {
    key: [],
    parameters: ["-genparam", "-algorithm", "DSA", "-pkeyopt", "dsa_paramgen_bits:2048"],
  }],
  [/critical extension 1\.2\.3\.4/, {
    ...ec("P-256"),
    request: ["-addext", "1.2.3.4=critical,DER:0500"],
  }],
];

Deno.test("credential's key: the charm reads a key by its content, whatever its label", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  for (const [kind, made, forms] of TAKEN) {
    const client = await createOpensslCertificate(made);
    await lxd.trust(client.certificate, { name: kind });
    for (const form of forms) {
      const text = createPrivateKey(client.key).export({ type: form, format: "pem" }).toString();
      for (const label of LABELS) {
        const labelled = text.replaceAll(/(BEGIN|END) [A-Z ]+-/g, `$1 ${label}-`);
        // `openssl ecparam -genkey` and Windows write such files.
        const key = `Bag Attributes\r\n${labelled.replaceAll("\n", "\r\n")}\r\n`;
        const what = `${kind}, ${form}, ${label}`;
        const credential = { ...client, der: "", traditionalKey: key };
        deployment.model.setCloud(deployment.cloud({ credential }));
        await deployment.updateStatus();
        assert.equal(deployment.status(), `active: LXD ${VERSION}: 1 node, 0 certificates`, what);
      }
    }
  }
});

Deno.test("credential's key: the status names a key that TLS cannot use, and the charm does not wait for LXD", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  for (const [named, made] of NOT_TAKEN) {
    const { certificate, key } = await createOpensslCertificate(made);
    deployment.model.configure(APPLICATION, {
      lxd_endpoint: lxd.members[0]?.endpoint ?? "",
      lxd_client_cert: certificate,
      lxd_client_key: key,
      lxd_server_cert: lxd.serverCertificate,
    });
    await deployment.settle();
    assert.match(deployment.status(), /^blocked: Correct lxd_client_cert: /);
    assert.match(await failed(deployment, "get-connection-info"), named);
  }
});

Deno.test("credential's key: a key of another kind does not belong to the certificate", async () => {
  await using lxd = await startLxd();
  await using deployment = await deploy(lxd);
  for (const made of [ec("secp256k1"), rsa(2048), { key: ["-algorithm", "ED448"] }]) {
    const { key } = await createOpensslCertificate(made);
    deployment.model.setCloud(
      deployment.cloud({ credential: { ...deployment.credential, traditionalKey: key } }),
    );
    await deployment.updateStatus();
    assert.match(deployment.status(), /^blocked: Correct client-key of the cloud's credential: /);
    assert.equal(
      await failed(deployment, "get-connection-info"),
      "Cannot use client-key of the cloud's credential: " +
        "it does not belong to client-cert of the cloud's credential",
    );
  }
});
