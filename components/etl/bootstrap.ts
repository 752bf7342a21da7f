/**
 * What each node runs before Spark starts: fetches the ETL programs of one version and unpacks them where the steps
 * look for them. EMR cannot change a running cluster's bootstrap actions, so the script is stored under its own
 * digest: a new script is a new object and a new cluster, and a cluster can always be made again as it was.
 */
export const BOOTSTRAP_SCRIPT = `#!/bin/bash
# usage: bootstrap.sh s3://BUCKET/KEY
set -euo pipefail
programs=/opt/meridian/etl
sudo mkdir -p "$programs"
aws s3 cp --only-show-errors "$1" /tmp/etl-programs.zip
sudo unzip -q -o /tmp/etl-programs.zip -d "$programs"
rm /tmp/etl-programs.zip
`;

/** Spark's own settings, on either engine. */
export const SPARK_DEFAULTS = {
  "spark.dynamicAllocation.enabled": "true",
  "spark.sql.adaptive.enabled": "true",
  "spark.sql.parquet.fs.optimized.committer.optimization-enabled": "true",
  "spark.sql.session.timeZone": "UTC",
  "spark.sql.sources.partitionOverwriteMode": "dynamic",
} as const;

/**
 * Spark, EMRFS and YARN settings of the cluster (docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-configure-apps.html).
 * The EMRFS S3-optimised committer writes Parquet without the rename that makes FileOutputCommitter unsafe on S3;
 * `_SUCCESS` is left on, since the quality gate requires it.
 */
export function clusterConfigurations(keyArn: string): string {
  return JSON.stringify([
    { Classification: "spark", Properties: { maximizeResourceAllocation: "false" } },
    {
      Classification: "spark-defaults",
      // The secret that authentication needs is YARN's to hand out: EMR Serverless protects what is between workers itself.
      Properties: { ...SPARK_DEFAULTS, "spark.authenticate": "true" },
    },
    {
      Classification: "emrfs-site",
      Properties: { "fs.s3.enableServerSideEncryption": "true", "fs.s3.serverSideEncryption.kms.keyId": keyArn },
    },
    {
      Classification: "yarn-site",
      // Drivers stay on core nodes: managed scaling and spot take task nodes away.
      Properties: { "yarn.node-labels.enabled": "true", "yarn.node-labels.am.default-node-label-expression": "CORE" },
    },
  ]);
}
