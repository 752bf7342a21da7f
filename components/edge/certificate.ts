import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/** Seconds for which a validation record may be kept by resolvers. */
const VALIDATION_TTL_SECONDS = 60;

/**
 * A certificate for some hosts of one zone, proved by DNS; gives the ARN once it is issued.
 * @param region where the certificate is used.
 */
export function createCertificate(
  name: string,
  args: {
    readonly hosts: readonly [string, ...string[]];
    readonly zoneId: pulumi.Input<string>;
    readonly region: string;
    /** Of `hosts`, those that other regions certify too. @default none */
    readonly sharedHosts?: readonly string[];
  },
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const [domainName, ...subjectAlternativeNames] = args.hosts;
  const certificate = new aws.acm.Certificate(
    name,
    {
      region: args.region,
      domainName,
      subjectAlternativeNames,
      validationMethod: "DNS",
      keyAlgorithm: "EC_prime256v1",
    },
    { parent },
  );
  const records = args.hosts.map((host, index) => {
    const option = certificate.domainValidationOptions.apply(
      (options) => options.find(({ domainName: of }) => of === host) ?? options[index],
    );
    return new aws.route53.Record(
      `${name}-${host}`,
      {
        zoneId: args.zoneId,
        name: option.apply((of) => of?.resourceRecordName ?? ""),
        type: option.apply((of) => of?.resourceRecordType ?? "CNAME"),
        records: [option.apply((of) => of?.resourceRecordValue ?? "")],
        ttl: VALIDATION_TTL_SECONDS,
        // A certificate for the same host in another region is proved by the same record ...
        allowOverwrite: true,
      },
      // ... so this region must not take it away from the others when it goes.
      { parent, retainOnDelete: args.sharedHosts?.includes(host) ?? false },
    );
  });
  const validation = new aws.acm.CertificateValidation(
    name,
    {
      region: args.region,
      certificateArn: certificate.arn,
      validationRecordFqdns: records.map(({ fqdn }) => fqdn),
    },
    { parent },
  );
  return validation.certificateArn;
}
