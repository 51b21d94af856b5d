import assert from "node:assert/strict";
import { parseArguments } from "./arguments.ts";

Deno.test.each([
  {
    args: ["build"],
    parsed: { command: "build", out: "dist", form: "auto", arch: undefined },
  },
  {
    args: ["build", "--runtime", "compiled", "--platform", "arm64", "--out", "/x"],
    parsed: { command: "build", out: "/x", form: "compiled", arch: "arm64" },
  },
  {
    args: ["compile", "--platform=amd64"],
    parsed: { command: "compile", out: "dist", form: "auto", arch: "amd64" },
  },
])("parseArguments() reads $args", ({ args, parsed }) => {
  assert.deepEqual(parseArguments(args), parsed);
});

Deno.test.each([
  { args: [] },
  { args: ["bulid"] },
  { args: ["build", "dist"] },
  { args: ["build", "--runtime=snap"] },
  { args: ["build", "--platform=riscv64"] },
  { args: ["build", "--out"] },
  { args: ["compile", "--runtime=bundled"] },
])("parseArguments() refuses $args", ({ args }) => {
  assert.throws(() => parseArguments(args), {
    name: "BuildError",
    message: /^Cannot read the arguments: only --out <folder>,.* --platform amd64\|arm64$/,
  });
});
