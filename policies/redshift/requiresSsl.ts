import type { Resource } from "../kit/resource";
import type { Judge, Rule } from "../kit/rule";
import { UNKNOWN, at, isOn, isSet, list } from "../kit/value";

const CLUSTER = "aws:redshift/cluster:Cluster";
const GROUP = "aws:redshift/parameterGroup:ParameterGroup";
const WORKGROUP = "aws:redshiftserverless/workgroup:Workgroup";

/** AWS's default group that has require_ssl on. Source: docs.aws.amazon.com/redshift/latest/mgmt/working-with-parameter-groups.html */
const GOOD_DEFAULT = "default.redshift-2.0";

/** W3. */
export const redshiftRequiresSsl: Rule = {
  id: "W3",
  name: "redshift-requires-ssl",
  title: "Redshift refuses connections without TLS",
  severity: "high",
  level: "mandatory",
  source: ["Redshift.2"],
  why: "A client that does not ask for TLS sends its password and gets its results in plain text.",
  fix: 'Set clusterParameterGroupName to a ParameterGroup with { name: "require_ssl", value: "true" }; on Serverless set the same in configParameters.',
  spares: `The default group ${GOOD_DEFAULT}, which requires it.`,
  unknowns: "A parameter group of another stack, or one whose name is not known yet, only has to be set.",
  types: [CLUSTER, GROUP, WORKGROUP],
  check(workgroup, judge) {
    if (workgroup.type === WORKGROUP)
      requireSsl(workgroup, judge, "configParameters", "parameterKey", "parameterValue");
  },
  checkStack(graph, judge) {
    for (const cluster of graph.of(CLUSTER)) {
      const name = cluster.props["clusterParameterGroupName"];
      if (name === GOOD_DEFAULT) continue;
      if (!isSet(name) || (typeof name === "string" && name.startsWith("default."))) {
        judge.against(cluster, "clusterParameterGroupName", "a group that requires TLS");
        continue;
      }
      for (const group of graph.linked(cluster, "clusterParameterGroupName", GROUP)) {
        requireSsl(group, judge, "parameters", "name", "value");
      }
    }
  },
};

function requireSsl(resource: Resource, judge: Judge, path: string, key: string, value: string): void {
  const parameters = list(resource.props, path);
  const ssl = parameters.find((parameter) => at(parameter, key) === "require_ssl");
  const got = ssl === undefined ? (parameters.includes(UNKNOWN) ? UNKNOWN : undefined) : at(ssl, value);
  if (!isOn(got)) judge.against(resource, `${path}.require_ssl`, '"true"', got);
}
