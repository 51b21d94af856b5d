/**
 * Generates databags that no requirer should write, from slightly damaged certificates to plain
 * garbage.
 *
 * @module
 */
import fc from "fast-check";
import { createCertificate, type TestCertificate } from "../certificates.ts";
import { GOOD_CERTIFICATES, PROJECTS } from "./items.ts";
import type { Certificates } from "./certificates.ts";

/** The certificates in generated databags. */
export interface Material extends Certificates {
  /** An authority, which signed the next certificate. */
  readonly authority: TestCertificate;
  readonly signed: TestCertificate;
  readonly weak: TestCertificate;
  /** The certificate of the correct requirer. */
  readonly decent: TestCertificate;
  /** Certificates that others have in LXD. */
  readonly foreign: {
    /** With access to all of LXD. */
    readonly bystander: TestCertificate;
    /** With access to one project. */
    readonly confined: TestCertificate;
    /** With another type. */
    readonly metrics: TestCertificate;
  };
}

/** A generated databag. */
export interface Fuzzed {
  /** Whether the databag is the application's, not the unit's. */
  readonly isApplication: boolean;
  /** Value of `client_certificates`. */
  readonly certificates: string;
  /** Value of `projects`. */
  readonly projects: string;
}

/** Makes the further certificates. */
export async function createMaterial(certificates: Certificates): Promise<Material> {
  const authority = await createCertificate({ commonName: "authority", ca: true });
  return {
    ...certificates,
    authority,
    signed: await createCertificate({ commonName: "signed", issuer: authority }),
    weak: await createCertificate({ commonName: "weak", key: "rsa1024" }),
    decent: await createCertificate({ commonName: "decent" }),
    foreign: {
      bystander: await createCertificate({ commonName: "bystander" }),
      confined: await createCertificate({ commonName: "confined" }),
      metrics: await createCertificate({ commonName: "metrics" }),
    },
  };
}

/**
 * Generates a sequence of databags. With a null in place of a databag, the library can leave out
 * any databag of a failing case.
 */
export function databags(
  material: Material,
  count: number,
): fc.Arbitrary<readonly (Fuzzed | null)[]> {
  const databag = fc.record({
    isApplication: fc.boolean(),
    certificates: valueOf(material),
    projects: projectsOf(material),
  });
  const written = fc.option(databag, { freq: 10_000 });
  return fc.array(written, { minLength: count, maxLength: count });
}

/** Any text that fits into a databag. Juju's text is UTF-8, so it has no half surrogate pairs. */
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("\u0000", "\u007f\u0085\u2028", "\ufeff", "\ufffe", "\u{1f512}", "\r", "---\n"),
);

const POLLUTION = [
  '{"__proto__":{"restricted":false}}',
  '[{"constructor":{"prototype":{"projects":[]}}}]',
  '["__proto__","constructor","toString"]',
] as const;

const NUMBERS = ["1e999", "-0", "0.1", "12345678901234567890", "NaN", "[1,2]", "true", "[null]"];

/** Many copies of a text. If the charm's work grew faster than the text, the test would hang. */
const floods = fc.tuple(
  fc.constantFrom(
    "-----BEGIN CERTIFICATE-----",
    "-----BEGIN ",
    "-----END CERTIFICATE-----\n",
    "-----BEGIN CERTIFICATE-----\nAAAA\n",
    " ",
    "\n",
    "\\n",
    "[",
    "-",
    "A",
    "=",
    '"',
    "- |\n",
  ),
  fc.integer({ min: 1000, max: 5000 }),
).map(([part, times]) => part.repeat(times));

/** Beginnings and ends around what is repeated up to the most that Juju takes. */
const huge = fc.tuple(
  fc.constantFrom(
    ["[", "1,", "1]"],
    ["[", "{},", "{}]"],
    ["", "[", ""],
    ["", '{"a":', ""],
    ["", "\0", ""],
    ["", "\u001b\u0085\u202e", ""],
    ["", "\u2028", ""],
    ['["', "A", '"]'],
    ["-----BEGIN CERTIFICATE-----\n", "A", "\n-----END CERTIFICATE-----"],
    ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", ""],
    ["", "web,", ""],
  ),
  // Below the limit of a key, just above it, and far above it.
  fc.constantFrom(1_000_000, 1_048_577, 16_000_000),
).map(([[begin = "", part = "", end = ""], length]) =>
  begin + part.repeat(Math.floor(length / new TextEncoder().encode(part).length)) + end
);

const long = fc.oneof({ weight: 9, arbitrary: floods }, { weight: 1, arbitrary: huge });

function pemOf(material: Material): fc.Arbitrary<string> {
  const { authority, decent, expired, foreign, good, own, signed, weak } = material;
  // Of the good ones so many as histories share, each several times.
  const mine = good.slice(0, GOOD_CERTIFICATES);
  const replayed = [decent, decent, own, ...Object.values(foreign)];
  const whole = fc.constantFrom(
    ...[...mine, ...mine, ...mine, ...replayed, authority, expired, signed, weak]
      .map(({ certificate }) => certificate),
    own.key,
    own.traditionalKey,
    signed.certificate + authority.certificate,
    good[0]?.certificate + own.key,
  );
  return fc.tuple(whole, fc.array(damages, { maxLength: 2 }))
    .map(([pem, damages]) => damages.reduce(applyDamage, pem));
}

/** A change of a PEM. A place is an index modulo the length. */
type Damage =
  | { readonly kind: "replace"; readonly place: number; readonly by: string }
  | { readonly kind: "cut" | "repeat"; readonly place: number; readonly length: number }
  | { readonly kind: "truncate"; readonly place: number }
  | { readonly kind: "crlf" | "indent" | "lower case" | "one line" | "label" };

const place = fc.nat();
const damages: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ kind: fc.constant("replace" as const), place, by: text }),
  fc.record({ kind: fc.constant("cut" as const), place, length: fc.nat(80) }),
  fc.record({ kind: fc.constant("repeat" as const), place, length: fc.nat(200) }),
  fc.record({ kind: fc.constant("truncate" as const), place }),
  fc.constantFrom(
    { kind: "crlf" as const },
    { kind: "indent" as const },
    { kind: "lower case" as const },
    { kind: "one line" as const },
    { kind: "label" as const },
  ),
);

function applyDamage(pem: string, damage: Damage): string {
  switch (damage.kind) {
    case "replace": {
      const at = damage.place % pem.length;
      return pem.slice(0, at) + damage.by + pem.slice(at + damage.by.length);
    }
    case "cut": {
      const at = damage.place % pem.length;
      return pem.slice(0, at) + pem.slice(at + damage.length);
    }
    case "repeat": {
      const at = damage.place % pem.length;
      return pem.slice(0, at + damage.length) + pem.slice(at);
    }
    case "truncate":
      return pem.slice(0, damage.place % pem.length) || "-";
    case "crlf":
      return pem.replaceAll("\n", "\r\n");
    case "indent":
      return pem.replaceAll("\n", "\n  ");
    case "lower case":
      return pem.toLowerCase();
    case "one line":
      return pem.replaceAll("\n", " ");
    case "label":
      return pem.replaceAll("CERTIFICATE", "TRUSTED CERTIFICATE");
  }
}

function valueOf(material: Material): fc.Arbitrary<string> {
  const pem = pemOf(material);
  const item = fc.oneof(
    { weight: 6, arbitrary: pem as fc.Arbitrary<unknown> },
    { weight: 1, arbitrary: text },
    { weight: 1, arbitrary: fc.jsonValue() },
    { weight: 1, arbitrary: fc.array(pem, { maxLength: 2 }) },
  );
  const list = fc.array(item, { maxLength: 5 });
  const serialised = fc.tuple(list, fc.integer({ min: 1, max: 4 })).map(([items, times]) => {
    let value: unknown = items;
    for (let time = 0; time < times; time++) value = JSON.stringify(value);
    return String(value);
  });
  return fc.oneof(
    { weight: 40, arbitrary: serialised },
    { weight: 15, arbitrary: pem },
    { weight: 2, arbitrary: fc.tuple(pem, fc.integer({ min: 2, max: 500 })).map(repeat) },
    { weight: 10, arbitrary: fc.array(pem, { maxLength: 3 }).map((pems) => pems.join("")) },
    { weight: 10, arbitrary: fc.array(pem, { maxLength: 3 }).map(toYaml) },
    { weight: 5, arbitrary: pem.map((pem) => JSON.stringify({ certificate: pem, pem: [pem] })) },
    { weight: 5, arbitrary: fc.json() },
    { weight: 5, arbitrary: text },
    { weight: 5, arbitrary: fc.constantFrom(...POLLUTION, ...NUMBERS) },
    { weight: 1, arbitrary: long },
  );
}

/** A certificate so often, as a list or as one text. */
function repeat([pem, times]: readonly [string, number]): string {
  return times % 2 === 0 ? pem.repeat(times) : JSON.stringify(Array(times).fill(pem));
}

function projectsOf({ own }: Material): fc.Arbitrary<string> {
  const name = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...PROJECTS) as fc.Arbitrary<string> },
    { weight: 2, arbitrary: text },
    {
      weight: 1,
      arbitrary: fc.constantFrom("*", "no-such-project", "a/b", "__proto__", own.key, "default"),
    },
  );
  const list = fc.array(name, { maxLength: 4 });
  return fc.oneof(
    { weight: 20, arbitrary: fc.constant("") },
    { weight: 10, arbitrary: fc.constantFrom('["db"]', '["web"]', '["db","web"]') },
    { weight: 30, arbitrary: list.map((names) => JSON.stringify(names)) },
    { weight: 5, arbitrary: list.map((names) => names.join(",")) },
    { weight: 5, arbitrary: list.map((names) => JSON.stringify(JSON.stringify(names))) },
    { weight: 5, arbitrary: list.map(toYaml) },
    { weight: 5, arbitrary: fc.json() },
    { weight: 5, arbitrary: text },
    { weight: 5, arbitrary: fc.constantFrom(...POLLUTION, ...NUMBERS) },
    { weight: 1, arbitrary: long },
  );
}

function toYaml(items: readonly string[]): string {
  return items.map((item) => `- |\n  ${item.replaceAll("\n", "\n  ")}\n`).join("");
}
