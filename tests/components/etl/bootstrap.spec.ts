import assert from "node:assert/strict";
import { clusterConfigurations } from "../../../components/etl/bootstrap";

interface Section {
  readonly Classification: string;
  readonly Properties: Readonly<Record<string, string>>;
}

describe("the settings of a cluster", () => {
  const sections = JSON.parse(clusterConfigurations("arn:aws:kms:us-east-1:111122223333:key/k")) as readonly Section[];
  const settings = (name: string): Section["Properties"] =>
    sections.find(({ Classification }) => Classification === name)?.Properties ?? {};

  it("commit by EMRFS's own committer: renaming on S3 loses files of a task that is tried twice", () => {
    const spark = settings("spark-defaults");
    assert.equal(spark["spark.sql.parquet.fs.optimized.committer.optimization-enabled"], "true");
    // Either would bring the renaming back, or take away the mark that the quality gate waits for.
    const classes = ["spark.sql.sources.outputCommitterClass", "spark.sql.sources.commitProtocolClass"];
    const marks = ["spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs"];
    assert.deepEqual(
      [...classes, ...marks].filter((name) => spark[name] !== undefined),
      [],
    );
  });

  it("encrypt what EMRFS writes with the given key, and traffic between processes by a secret of theirs", () => {
    assert.deepEqual(settings("emrfs-site"), {
      "fs.s3.enableServerSideEncryption": "true",
      "fs.s3.serverSideEncryption.kms.keyId": "arn:aws:kms:us-east-1:111122223333:key/k",
    });
    assert.equal(settings("spark-defaults")["spark.authenticate"], "true");
  });

  it("keep drivers on core nodes, and read days as UTC", () => {
    assert.equal(settings("yarn-site")["yarn.node-labels.am.default-node-label-expression"], "CORE");
    assert.equal(settings("spark-defaults")["spark.sql.session.timeZone"], "UTC");
  });
});
