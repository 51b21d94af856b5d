/**
 * The emulator for arm64.
 *
 * @module
 */
import { ensurePackages } from "../packages.ts";

/** Runs a program for arm64. */
export const EMULATOR = "/usr/bin/qemu-aarch64";
/** Where Debian's packages for cross-compiling put what every arm64 machine has. */
export const LIBRARIES = "/usr/aarch64-linux-gnu";

/** Sees to it that the emulator is there. */
export async function ensureEmulator(): Promise<void> {
  await ensurePackages({
    purpose: "emulate arm64",
    packages: ["qemu-user", "libc6-arm64-cross", "libgcc-s1-arm64-cross"],
    programs: [
      [EMULATOR, "--version"],
      ["test", "-e", `${LIBRARIES}/lib/libc.so.6`],
      ["test", "-e", `${LIBRARIES}/lib/libgcc_s.so.1`],
    ],
  });
}
