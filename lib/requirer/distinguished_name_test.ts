import assert from "node:assert/strict";
import { craft } from "../../tests/crafted.ts";
import { firstCertificate } from "./certificate.ts";
import { commonName } from "./distinguished_name.ts";

// What `X509.get_subject().CN` of pyOpenSSL gives, the same in 20.0 with OpenSSL 1.1.1 and in 26.4
// with OpenSSL 4.0; null for None, and undefined where it raises an error.
const NAMES = [
  {
    what: "utf8",
    subject: "301a3118301606035504030c0f6772c3bcc39f20e4b89620f09f9492",
    expected: "gr\u00fc\u00df \u4e16 \u{1f512}",
  },
  {
    what: "printable",
    subject: "30133111300f060355040313086d7920636861726d",
    expected: "my charm",
  },
  { what: "ia5", subject: "300e310c300a06035504031603614062", expected: "a@b" },
  { what: "numeric", subject: "300e310c300a06035504031203313233", expected: "123" },
  { what: "visible", subject: "300e310c300a06035504031a03766973", expected: undefined },
  { what: "t61 latin1", subject: "300f310d300b060355040314046772fcdf", expected: "gr\u00fc\u00df" },
  {
    what: "printable latin1",
    subject: "300f310d300b060355040313046772fcdf",
    expected: "gr\u00fc\u00df",
  },
  { what: "ia5 latin1", subject: "300f310d300b060355040316046772fcdf", expected: "gr\u00fc\u00df" },
  {
    what: "bmp",
    subject: "30173115301306035504031e0c0067007200fc00df00204e16",
    expected: "gr\u00fc\u00df \u4e16",
  },
  {
    what: "bmp surrogate pair",
    subject: "300f310d300b06035504031e04d83ddd12",
    expected: undefined,
  },
  { what: "bmp lone surrogate", subject: "300d310b300906035504031e02d800", expected: undefined },
  { what: "bmp odd", subject: "300e310c300a06035504031e03006100", expected: undefined },
  { what: "bmp bom", subject: "300f310d300b06035504031e04feff0061", expected: "\ufeffa" },
  {
    what: "universal",
    subject: "30133111300f06035504031c08000000610001f512",
    expected: "a\u{1f512}",
  },
  { what: "universal odd", subject: "3010310e300c06035504031c050000006100", expected: undefined },
  { what: "universal beyond", subject: "300f310d300b06035504031c0400110000", expected: undefined },
  {
    what: "universal surrogate",
    subject: "300f310d300b06035504031c040000d800",
    expected: undefined,
  },
  { what: "utf8 invalid", subject: "300d310b300906035504030c0261ff", expected: undefined },
  { what: "utf8 truncated", subject: "300e310c300a06035504030c0361e4b8", expected: undefined },
  { what: "utf8 surrogate", subject: "300e310c300a06035504030c03eda080", expected: undefined },
  { what: "utf8 overlong", subject: "300d310b300906035504030c02c080", expected: undefined },
  { what: "utf8 beyond", subject: "300f310d300b06035504030c04f4908080", expected: undefined },
  { what: "utf8 5 bytes", subject: "3010310e300c06035504030c05f888808080", expected: undefined },
  { what: "utf8 bom", subject: "300f310d300b06035504030c04efbbbf61", expected: "\ufeffa" },
  { what: "newline", subject: "3011310f300d06035504030c06610a434e3d62", expected: "a\nCN=b" },
  {
    what: "cr tab esc del",
    subject: "3010310e300c06035504030c05610d091b7f",
    expected: "a\r\t\u001b\u007f",
  },
  { what: "nul", subject: "300e310c300a06035504030c03610062", expected: "a\u0000b" },
  { what: "empty utf8", subject: "300b3109300706035504030c00", expected: "" },
  { what: "space", subject: "300e310c300a06035504030c03206120", expected: " a " },
  {
    what: "separators",
    subject: "30243122302006035504030c19612c204f3d62202b20226322205c202f203c643e3b20233d65",
    expected: 'a, O=b + "c" \\ / <d>; #=e',
  },
  { what: "backslash", subject: "3011310f300d06035504030c065c7834315c6e", expected: "\\x41\\n" },
  { what: "general", subject: "300e310c300a06035504031b0367656e", expected: undefined },
  { what: "videotex", subject: "300c310a30080603550403150176", expected: undefined },
  { what: "graphic", subject: "300c310a30080603550403190167", expected: undefined },
  { what: "integer", subject: "300c310a30080603550403020105", expected: undefined },
  { what: "octet", subject: "300e310c300a060355040304036f6374", expected: undefined },
  { what: "bit", subject: "300f310d300b0603550403030400626974", expected: undefined },
  { what: "boolean", subject: "300c310a300806035504030101ff", expected: undefined },
  { what: "oid", subject: "300d310b3009060355040306025504", expected: undefined },
  {
    what: "utctime",
    subject: "3018311630140603550403170d3030303130313030303030305a",
    expected: undefined,
  },
  {
    what: "gentime",
    subject: "301a311830160603550403180f32303030303130313030303030305a",
    expected: undefined,
  },
  { what: "sequence", subject: "300e310c300a060355040330030c0161", expected: undefined },
  { what: "null", subject: "300b3109300706035504030500", expected: undefined },
  {
    what: "multi-valued, CN first",
    subject: "30163114300806035504030c01613008060355040a0c016f",
    expected: "a",
  },
  {
    what: "multi-valued, CN last",
    subject: "301631143008060355040a0c016f300806035504030c0161",
    expected: "a",
  },
  {
    what: "multi-valued, two CN",
    subject: "30163114300806035504030c0161300806035504030c0162",
    expected: "a",
  },
  {
    what: "two CN",
    subject: "3018310a300806035504030c0161310a300806035504030c0162",
    expected: "a",
  },
  {
    what: "two CN, first bad",
    subject: "3018310a300806035504030c01ff310a300806035504030c0162",
    expected: undefined,
  },
  {
    what: "after others",
    subject:
      "302c310d300b060355040a0c04434e3d78310f300d060355040b0c06790a434e3d7a310a300806035504030c0161",
    expected: "a",
  },
  {
    what: "before others",
    subject: "3018310a300806035504030c0161310a3008060355040a0c016f",
    expected: "a",
  },
  { what: "none", subject: "300f310d300b060355040a0c04434e3d78", expected: null },
  { what: "empty name", subject: "3000", expected: null },
];

function nameIn(subject: Uint8Array): ReturnType<typeof commonName> {
  const certificate = firstCertificate(craft({ subject }));
  assert.ok(certificate);
  return commonName(certificate);
}

Deno.test.each(NAMES)("commonName() reads as pyOpenSSL does: $what", ({ subject, expected }) => {
  assert.equal(nameIn(Uint8Array.fromHex(subject)), expected);
});

Deno.test.each([
  { what: "an attribute without a value", subject: "3009310730050603550403" },
  { what: "an attribute that is none", subject: "3005310305000c" },
  { what: "a set that is none", subject: "300d300b300906035504030c0161" },
])("commonName() never throws for $what", ({ subject }) => {
  const certificate = firstCertificate(craft());
  assert.ok(certificate);
  const der = firstDer(subject);
  assert.equal(commonName({ ...certificate, der }), undefined);
});

/** Not every reader of certificates passes over such a name. */
function firstDer(subject: string): string {
  const pem = craft({ subject: Uint8Array.fromHex(subject) });
  return pem.replaceAll(/-----[A-Z ]*-----|\n/g, "");
}
