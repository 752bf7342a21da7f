import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The kernel's sources, and the module that holds what they compile to. */
const FOLDER = __dirname;
export const KERNEL_MODULE = join(FOLDER, "kernel-wasm.ts");

/** The compiler as a library's program: it takes files that end with `.ts`, which ours must not, being no TypeScript. */
const COMPILER = join(FOLDER, "..", "..", "..", "..", "node_modules", "assemblyscript", "bin", "asc.js");
const OPTIONS = ["-O3", "--noAssert", "--runtime", "stub", "--enable", "simd", "--use", "abort="];

/** Compiles the sources to WebAssembly. @throws Error with what the compiler said. */
export function compileKernel(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "kernel-"));
  try {
    for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".as"))) {
      copyFileSync(join(FOLDER, file), join(folder, file.replace(/\.as$/, ".ts")));
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
  return `/** \`search.as\` and \`graph.as\` as WebAssembly, base64: written by build.ts. */
export const KERNEL_WASM =
${lines.map((line) => `  "${line}"`).join(" +\n")};
`;
}

/** `npm run build:kernel` compiles the kernel and writes its module. */
if (require.main === module) writeFileSync(KERNEL_MODULE, kernelModule(compileKernel()));
