import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkoutRoot } from "../../../../local/toolchain";

const ROOT = checkoutRoot(__dirname);

/** Where the kernel's sources and what they compile to lie. */
export const KERNEL_FOLDER = join(ROOT, "services", "kit", "model", "kernel");

/** The compiler as a library's program: it takes files that end with `.ts`, which ours must not, being no TypeScript. */
const COMPILER = join(ROOT, "node_modules", "assemblyscript", "bin", "asc.js");
const OPTIONS = ["-O3", "--noAssert", "--runtime", "stub", "--enable", "simd", "--use", "abort="];

/** Compiles the sources to WebAssembly. @throws Error with what the compiler said. */
export function compileKernel(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "kernel-"));
  try {
    for (const file of readdirSync(KERNEL_FOLDER).filter((name) => name.endsWith(".as"))) {
      copyFileSync(join(KERNEL_FOLDER, file), join(folder, file.replace(/\.as$/, ".ts")));
    }
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [COMPILER, "search.ts", "graph.ts", "--outFile", "kernel.wasm", ...OPTIONS],
      { cwd: folder, encoding: "utf8" },
    );
    if (status !== 0) throw new Error(`the kernel does not compile:\n${stdout}${stderr}`);
    return readFileSync(join(folder, "kernel.wasm"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The file that holds a compiled kernel. */
export function kernelModule(wasm: Buffer): string {
  const lines = wasm.toString("base64").match(/.{1,110}/g) ?? [];
  return `/** \`search.as\` and \`graph.as\` as WebAssembly, base64: written by tests/services/kit/model/kernel.spec.ts. */
export const KERNEL_WASM =
${lines.map((line) => `  "${line}"`).join(" +\n")};
`;
}
