import { always, validated, type ServiceTable } from "../define";
import type { Resource } from "../resource";

/** ACM's DNS challenge: a name under the domain and a value that stay the same for a domain and account. */
function challenge(r: Resource, domain: string): { readonly [key: string]: string } {
  return {
    domainName: domain,
    resourceRecordName: `_${r.hex(32, domain)}.${domain.replace(/^\*\./, "")}.`,
    resourceRecordType: "CNAME",
    resourceRecordValue: `_${r.hex(32, `value ${domain}`)}.acm-validations.aws.`,
  };
}

export const acm: ServiceTable = {
  "aws:acm/certificate:Certificate": validated({
    replaceOn: ["domainName", "keyAlgorithm", "subjectAlternativeNames", "validationMethod", "certificateAuthorityArn"],
    outputs: {
      arn: (r) => r.id,
      domainValidationOptions: (r) => {
        const domains = [r.maybeText("domainName") ?? "", ...r.texts("subjectAlternativeNames")];
        return [...new Set(domains.filter((domain) => domain !== ""))].map((domain) => challenge(r, domain));
      },
      keyAlgorithm: always("RSA_2048"),
      notAfter: always("2100-01-01T00:00:00Z"),
      notBefore: always("1970-01-01T00:00:00Z"),
      pendingRenewal: always(false),
      renewalEligibility: always("INELIGIBLE"),
      renewalSummaries: always([]),
      status: always("ISSUED"),
      subjectAlternativeNames: (r) => [r.maybeText("domainName") ?? ""],
      type: always("AMAZON_ISSUED"),
      validationEmails: always([]),
      validationMethod: always("DNS"),
    },
    id: (r) => r.arn("acm", `certificate/${r.uuid()}`),
  }),
  "aws:acm/certificateValidation:CertificateValidation": validated({
    replaceOn: ["certificateArn"],
    id: (r) => r.text("certificateArn"),
  }),
};
