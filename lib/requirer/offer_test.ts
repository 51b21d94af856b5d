import assert from "node:assert/strict";
import { createCertificate } from "../../tests/certificates.ts";
import { craft } from "../../tests/crafted.ts";
import { parseWants } from "../relation/lxd.ts";
import { renderOffer } from "./mod.ts";

const [old, fresh] = await Promise.all([1, 2].map(() => createCertificate()));
assert.ok(old && fresh);

Deno.test("renderOffer() writes what the provider reads", () => {
  const offer = { certificates: [fresh.certificate, old.certificate], projects: ["web"] };
  const unit = { name: "my-charm/0", databag: renderOffer(offer) };
  const { wants, rejected } = parseWants("1", { name: "my-charm", databag: {} }, [unit]);
  assert.deepEqual(wants.map(({ certificate, projects }) => [certificate.fingerprint, projects]), [
    [fresh.fingerprint, ["web"]],
    [old.fingerprint, ["web"]],
  ]);
  assert.deepEqual(rejected, []);
});

Deno.test.each([
  { what: "a private key", text: old.key },
  { what: "a private key beside the certificate", text: old.certificate + old.key },
  { what: "two certificates", text: old.certificate + fresh.certificate },
  { what: "a damaged certificate", text: old.certificate.replace("MII", "MIJ") },
  { what: "nothing", text: "" },
])("renderOffer() refuses $what, and does not repeat it", ({ text }) => {
  assert.throws(() => renderOffer({ certificates: [fresh.certificate, text] }), {
    name: "RangeError",
    message: "Cannot use a certificate: it must be exactly one PEM certificate",
  });
});

Deno.test.each([[], ["a/b"], [""]].map((projects) => ({ projects })))(
  "renderOffer() refuses the projects $projects",
  ({ projects }) => {
    assert.throws(() => renderOffer({ certificates: [], projects }), RangeError);
  },
);

Deno.test("renderOffer() refuses what is over a limit, and names the limit", () => {
  const many = Array.from({ length: 101 }, () => craft());
  assert.throws(() => renderOffer({ certificates: many }), /^RangeError: .*limit is 100 certif/);
  assert.throws(
    () => renderOffer({ certificates: [craft({ padding: 16_384 })] }),
    /limit is 16 KiB/,
  );
  const projects = Array.from({ length: 65 }, (_, index) => `p${index}`);
  assert.throws(() => renderOffer({ certificates: [], projects }), /the limit is 64/);
  const large = Array.from({ length: 60 }, () => craft({ padding: 15_000 }));
  assert.throws(
    () => renderOffer({ certificates: large }),
    /client_certificates has more than 1 MiB/,
  );
  renderOffer({ certificates: many.slice(1), projects: projects.slice(1) });
});
