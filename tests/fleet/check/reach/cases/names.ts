import { certificateCovers, recordsOf, resolve } from "../../../../../fleet/check/reach/rules/names";
import type { DnsRecord } from "../../../../../fleet/check/reach/rules/names";
import type { Case } from "./case";

const ACM = "acm/latest/userguide/acm-concepts.html";
const WILD = "Route53/latest/DeveloperGuide/DomainNameFormat.html";
const LATENCY = "Route53/latest/DeveloperGuide/routing-policy-latency.html";
const ALIAS = "Route53/latest/DeveloperGuide/resource-record-sets-choosing-alias-non-alias.html";
const CNAME = "Route53/latest/DeveloperGuide/ResourceRecordTypes.html";

const covers = (names: readonly string[], host: string) => () => certificateCovers(names, host);

export const CERTIFICATE_CASES: readonly Case[] = [
  { name: "the name itself", source: ACM, got: covers(["api.us.example.com"], "api.us.example.com"), want: true },
  { name: "case does not count", source: ACM, got: covers(["API.example.com"], "api.EXAMPLE.com"), want: true },
  {
    name: "a dot at the end does not count",
    source: ACM,
    got: covers(["api.example.com"], "api.example.com."),
    want: true,
  },
  {
    name: "any of several names",
    source: ACM,
    got: covers(["a.example.com", "b.example.com"], "b.example.com"),
    want: true,
  },
  { name: "no other name", source: ACM, got: covers(["api.us.example.com"], "api.eu.example.com"), want: false },
  { name: "a wildcard is one label", source: ACM, got: covers(["*.example.com"], "api.example.com"), want: true },
  {
    name: "a wildcard is not two labels",
    source: ACM,
    got: covers(["*.example.com"], "api.us.example.com"),
    want: false,
  },
  {
    name: "a wildcard is not the domain itself",
    source: ACM,
    got: covers(["*.example.com"], "example.com"),
    want: false,
  },
  {
    name: "a domain is not what lies below it",
    source: ACM,
    got: covers(["example.com"], "api.example.com"),
    want: false,
  },
  {
    name: "a part of a label is no wildcard",
    source: ACM,
    got: covers(["a*.example.com"], "api.example.com"),
    want: false,
  },
  { name: "no names, no host", source: ACM, got: covers([], "api.example.com"), want: false },
  {
    name: "a wildcard of a deeper zone",
    source: ACM,
    got: covers(["*.us.example.com"], "api.us.example.com"),
    want: true,
  },
];

const record = (name: string, type: string, values: readonly string[], setIdentifier?: string): DnsRecord => ({
  urn: name,
  name,
  type,
  values,
  ...(setIdentifier === undefined ? {} : { setIdentifier }),
});
const ends = (records: readonly DnsRecord[], host: string) => () => {
  const answer = resolve(records, host);
  return "missing" in answer ? `missing ${answer.missing}` : answer.found.map((one) => one.host);
};

export const RECORD_CASES: readonly Case[] = [
  {
    name: "an alias answers with what it stands for",
    source: ALIAS,
    got: ends([record("api.example.com", "A", ["d1.cloudfront.net"])], "api.example.com"),
    want: ["d1.cloudfront.net"],
  },
  {
    name: "a CNAME is followed inside the zone",
    source: CNAME,
    got: ends(
      [record("a.example.com", "CNAME", ["b.example.com"]), record("b.example.com", "A", ["d2.cloudfront.net"])],
      "a.example.com",
    ),
    want: ["d2.cloudfront.net"],
  },
  {
    name: "a CNAME that leaves the zone is the end",
    source: CNAME,
    got: ends([record("a.example.com", "CNAME", ["host.elsewhere.net"])], "a.example.com"),
    want: ["host.elsewhere.net"],
  },
  { name: "a name without a record", source: CNAME, got: ends([], "a.example.com"), want: "missing a.example.com" },
  {
    name: "a name with an IPv6 address alone is none for a client without IPv6",
    source: CNAME,
    got: ends([record("a.example.com", "AAAA", ["d1.cloudfront.net"])], "a.example.com"),
    want: "missing a.example.com",
  },
  {
    name: "a CNAME to a name of the zone that has no record",
    source: CNAME,
    got: () =>
      resolve([record("a.example.com", "CNAME", ["b.example.com"])], "a.example.com", (host) =>
        host.endsWith(".example.com"),
      ),
    want: { missing: "b.example.com", by: [record("a.example.com", "CNAME", ["b.example.com"])] },
  },
  {
    name: "a TXT record gives no address",
    source: CNAME,
    got: ends([record("a.example.com", "TXT", ["v=1"])], "a.example.com"),
    want: "missing a.example.com",
  },
  {
    name: "records by latency may each be the answer",
    source: LATENCY,
    got: ends(
      [
        record("a.example.com", "CNAME", ["us.elsewhere.net"], "us-east-1"),
        record("a.example.com", "CNAME", ["eu.elsewhere.net"], "eu-west-1"),
      ],
      "a.example.com",
    ),
    want: ["us.elsewhere.net", "eu.elsewhere.net"],
  },
  {
    name: "a wildcard answers for a name without records",
    source: WILD,
    got: () => recordsOf([record("*.example.com", "A", ["d3"])], "x.example.com").map(({ name }) => name),
    want: ["*.example.com"],
  },
  {
    name: "a name's own record beats the wildcard",
    source: WILD,
    got: () =>
      recordsOf([record("*.example.com", "A", ["d3"]), record("x.example.com", "A", ["d4"])], "x.example.com").map(
        ({ values }) => values[0],
      ),
    want: ["d4"],
  },
  {
    name: "a wildcard does not answer for a name that exists with another type",
    source: "https://www.rfc-editor.org/rfc/rfc4592#section-2.2.1",
    got: () =>
      recordsOf([record("*.example.com", "A", ["d3"]), record("x.example.com", "TXT", ["t"])], "x.example.com"),
    want: [],
  },
  {
    name: "a loop of CNAMEs has no end",
    source: CNAME,
    got: () =>
      "missing" in
      resolve(
        [record("a.example.com", "CNAME", ["b.example.com"]), record("b.example.com", "CNAME", ["a.example.com"])],
        "a.example.com",
      ),
    want: true,
  },
];
