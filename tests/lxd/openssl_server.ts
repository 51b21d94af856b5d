/**
 * A TLS server that presents a certificate without having its key.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { createCertificate } from "../certificates.ts";
import { der } from "../crafted.ts";
import { ensurePackages } from "../packages.ts";
import { makeTemporaryFolder } from "../temporary.ts";

/** A server at a loopback address. */
export interface OpensslServer extends AsyncDisposable {
  /** Where it listens. */
  readonly url: string;
}

const SEQUENCE = 0x30;
const OCTETS = 0x04;
const BITS = 0x03;
const P256 = "06082a8648ce3d030107";

/**
 * Makes a private key that does not fit a certificate, with the certificate's public key beside it:
 * OpenSSL takes the pair, because it compares public keys only.
 *
 * @param certificate A certificate with a key on P-256, as PEM.
 * @returns The key, as PEM.
 */
export async function createMismatchedKey(certificate: string): Promise<string> {
  const spki = new X509Certificate(certificate).publicKey.export({ type: "spki", format: "der" });
  const other = createPrivateKey((await createCertificate()).key).export({ format: "jwk" });
  const body = der(
    SEQUENCE,
    "020101",
    der(OCTETS, Uint8Array.from(Buffer.from(other.d ?? "", "base64url"))),
    der(0xa0, P256),
    der(0xa1, der(BITS, "00", Uint8Array.from(spki.subarray(-65)))),
  ).toBase64();
  const lines = body.match(/.{1,64}/g) ?? [];
  return ["-----BEGIN EC PRIVATE KEY-----", ...lines, "-----END EC PRIVATE KEY-----", ""].join(
    "\n",
  );
}

/** Starts a server that presents a certificate and signs with a key. They need not fit. */
export async function startOpensslServer(
  { certificate, key }: { readonly certificate: string; readonly key: string },
): Promise<OpensslServer> {
  await ensurePackages({
    purpose: "serve TLS with a key that is not the certificate's",
    packages: ["openssl"],
    programs: [["openssl", "version"]],
  });
  const folder = await makeTemporaryFolder({ prefix: "openssl-" });
  await Deno.writeTextFile(`${folder}/server`, certificate + key);
  const process = new Deno.Command("openssl", {
    args: ["s_server", "-accept", "127.0.0.1:0", "-cert", `${folder}/server`, "-www"],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const lines = process.stdout.pipeThrough(new TextDecoderStream());
  let output = "";
  let port: string | undefined;
  const reader = lines.getReader();
  while (port === undefined) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`Cannot serve TLS: openssl ended: ${output}`);
    output += value;
    port = output.match(/^ACCEPT .*:(\d+)\n/m)?.[1];
  }
  return {
    url: `https://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      process.kill("SIGKILL");
      await reader.cancel();
      await process.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}
