import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findJava, sparkEnvironment } from "../../../local/toolchain/spark";

describe("the Java that Spark runs on", () => {
  const folder = mkdtempSync(join(tmpdir(), "meridian-java-"));
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** A folder like a Java's own, whose `java` says that it is of this version. @returns the executable */
  function java(version: string, code = 0): string {
    const bin = join(folder, version, "bin");
    mkdirSync(bin, { recursive: true });
    const file = join(bin, "java");
    const says = `    java.home = ${join(folder, version)}\\n    java.version = ${version}\\n`;
    writeFileSync(file, `#!/bin/sh\nprintf '${says}' >&2\nexit ${code}\n`);
    chmodSync(file, 0o755);
    return file;
  }

  const found = async (path: string, usual: readonly string[] = [], home?: string) =>
    (await findJava({ PATH: path, ...(home === undefined ? {} : { JAVA_HOME: home }) }, usual))?.version;

  it("is JAVA_HOME's, else PATH's, else one of those where systems put them", async () => {
    const [eleven, seventeen, twentyOne] = [java("11.0.2"), java("17.0.15"), java("21")];
    const bin = (file: string) => join(file, "..");
    assert.equal(await found(bin(seventeen), [twentyOne], join(bin(eleven), "..")), "11.0.2");
    assert.equal(await found(bin(seventeen), [twentyOne]), "17.0.15");
    assert.equal(await found(folder, [twentyOne]), "21");
  });

  it("is none that is too old, too new, or does not run", async () => {
    assert.equal(await found(folder, [java("1.8.0_412"), java("24.0.1"), java("19.0.1", 1)]), undefined);
    assert.equal(await found(folder, [java("25"), java("23.0.2")]), "23.0.2");
  });

  it("starts on the loopback address only, without a web page", () => {
    const spark = { python: "/venv/bin/python", java: { home: "/jdk", version: "17.0.15" } };
    const environment = sparkEnvironment(spark, { cores: 3, heapMib: 2048 });
    assert.deepEqual(
      [environment["JAVA_HOME"], environment["PYSPARK_PYTHON"], environment["SPARK_LOCAL_IP"]],
      ["/jdk", "/venv/bin/python", "127.0.0.1"],
    );
    const words = environment["PYSPARK_SUBMIT_ARGS"] ?? "";
    assert.match(words, /^--master local\[3\] --driver-memory 2048m /);
    for (const setting of ["spark.ui.enabled=false", "spark.driver.bindAddress=127.0.0.1"])
      assert.ok(words.includes(setting));
  });
});
