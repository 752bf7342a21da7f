import { request, type } from "../requests/spec";
import type { RequestTable } from "../requests/spec";

export const requests: RequestTable = {
  "aws:acm/certificate:Certificate": type(
    [
      request(
        "acm:RequestCertificate",
        { tags: "Tags", validationOptions: "DomainValidationOptions" },
        { when: ["domainName"] },
      ),
      request(
        "acm:ImportCertificate",
        {
          certificateBody: "Certificate",
          certificateChain: "CertificateChain",
          privateKey: "PrivateKey",
          privateKeyWo: "PrivateKey",
          tags: "Tags",
        },
        { when: ["certificateBody"] },
      ),
    ],
    {
      earlyRenewalDuration: "says when the provider asks for a new one",
      privateKeyWoVersion: "says when the key is sent again",
    },
  ),
  "aws:acm/certificateValidation:CertificateValidation": type(request("acm:DescribeCertificate"), {
    validationRecordFqdns: "compared with the records that AWS wants",
  }),
};
