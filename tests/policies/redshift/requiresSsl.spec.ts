import { redshiftRequiresSsl } from "../../../policies/redshift/requiresSsl";
import { drop, flip, hide, set } from "../../mutation/operators";
import { resource, specify, withUnknowns } from "../kit";

const group = (parameters: unknown) =>
  resource("aws:redshift/parameterGroup:ParameterGroup", "main", withUnknowns({ name: "main", parameters }));
const required = [{ name: "require_ssl", value: "true" }];
const cluster = (name?: string, uses: readonly ReturnType<typeof group>[] = []) =>
  resource("aws:redshift/cluster:Cluster", "warehouse", withUnknowns({ clusterParameterGroupName: name }), {
    uses: { clusterParameterGroupName: uses },
  });
const serverless = (configParameters: unknown) =>
  resource("aws:redshiftserverless/workgroup:Workgroup", "warehouse", withUnknowns({ configParameters }));

specify(redshiftRequiresSsl, {
  complainsOf: {
    "a cluster without a parameter group": { by: [cluster()], at: ["clusterParameterGroupName"] },
    "AWS's old default": { by: [cluster("default.redshift-1.0")], at: ["clusterParameterGroupName"] },
    "a group without the parameter": { by: [group([]), cluster("main")], at: ["parameters.require_ssl"] },
    "a parameter that is off": {
      by: [group([{ name: "require_ssl", value: "false" }]), cluster("main")],
      at: ["parameters.require_ssl"],
    },
    "a serverless workgroup without it": { by: [serverless([])], at: ["configParameters.require_ssl"] },
  },
  accepts: {
    "a cluster whose group requires it": [group(required), cluster("main")],
    "a serverless workgroup that requires it": [serverless([{ parameterKey: "require_ssl", parameterValue: "true" }])],
  },
  spares: {
    "AWS's new default": [cluster("default.redshift-2.0")],
    "a group of another stack": [cluster("shared")],
    "a group without the parameter that no cluster uses": [group([])],
  },
  unknown: {
    "it finds the group by what the name is computed from": {
      by: [group([]), cluster("?", [group([])])],
      at: ["parameters.require_ssl"],
    },
    "it complains of parameters": { by: [group("?"), cluster("main")], at: ["parameters.require_ssl"] },
    "it accepts a group that is to be created": [cluster("?")],
  },
  mutants: {
    breaks: {
      "aws:redshift/parameterGroup:ParameterGroup": [
        drop("parameters"),
        hide("parameters"),
        flip("parameters.0.value"),
        drop("parameters.0.value"),
      ],
      "aws:redshift/cluster:Cluster": [
        drop("clusterParameterGroupName"),
        set("clusterParameterGroupName", "default.redshift-1.0", "take the old default"),
      ],
    },
    passes: {
      "aws:redshift/cluster:Cluster": [
        set("clusterParameterGroupName", "default.redshift-2.0", "take the new default"),
        set("clusterParameterGroupName", "elsewhere", "take another stack's"),
      ],
    },
  },
});
