import assert from "node:assert/strict";
import { type Databag, renderOffer } from "../../lib/requirer/mod.ts";
import { createCertificate } from "../certificates.ts";
import { HISTORIES } from "./histories.ts";
import { createNamedCertificates, type Facts, textOf } from "./interface.ts";
import { LXD, originalAnswer } from "./lxd.ts";
import { checkReport } from "./mirror.ts";
import { validator } from "./validate.ts";

const validate = await validator("lxd-requirer");
const named = await createNamedCertificates();
const facts: Facts = {
  named,
  application: "my-charm",
  nodes: [
    { endpoint: "https://10.0.0.1:8443", name: "one" },
    { endpoint: "https://[fd42::1]:8443", name: "two" },
  ],
  serverCertificate: (await createCertificate()).certificate,
};
const histories = HISTORIES.filter(({ interfaces }) => interfaces.includes("lxd"));

function checkOffer(databag: Databag, expected: Databag): void {
  assert.deepEqual(databag, expected);
  // An empty value deletes the key.
  const written = Object.entries(databag).filter(([, value]) => value !== "");
  assert.deepEqual(validate(Object.fromEntries(written)), []);
}

Deno.test.each(histories.map((history) => ({ ...history })))(
  "the library keeps the contract: $name",
  ({ steps }) => {
    for (const step of steps) {
      checkReport(LXD.answer(step, facts), step, named);
      checkReport(originalAnswer(step, facts), { ...step, rejected: [] }, named);
      if (!("writes" in step) || step.writes.form) continue;
      const { certificates: names, projects } = step.writes;
      const certificates = names.map((name) => textOf(name, named));
      const offer = () => renderOffer({ certificates, ...projects && { projects } });
      if (names.includes("garbage")) assert.throws(offer, RangeError);
      else checkOffer(offer(), LXD.write(step.writes, named));
    }
  },
);
