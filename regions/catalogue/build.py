"""Builds catalogue.json: which services and instance types each AWS region offers.

    python3 -m venv /tmp/catalogue && /tmp/catalogue/bin/pip install -r regions/catalogue/requirements.txt
    /tmp/catalogue/bin/python regions/catalogue/build.py

Sources, all public and dated:
  cfn-lint  CloudFormation resource types per region, instance types per region (AWS's pricing API), zones.
  botocore  partitions, region names, service endpoints per region.
  places.csv  the one table kept by hand, written 2026-11: city and country of each region (from AWS's names for
              them), the city's coordinates to two decimals, and opt-in status (regions launched after 20 March 2019,
              account management guide). Its row order is contract: a region's row number is its slot in the
              address plan, so rows are only ever appended.

A service is offered when CloudFormation lists its resource type in the region and botocore an endpoint there. Where
one of the two keeps no list of regions, the other decides.
"""

from __future__ import annotations

import argparse
import csv
import importlib.metadata
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import botocore
import cfnlint
from cfnlint.helpers import AVAILABILITY_ZONES

HERE = Path(__file__).parent
CFN_SCHEMAS = Path(cfnlint.__file__).parent / "data" / "schemas"
BOTOCORE_DATA = Path(botocore.__file__).parent / "data"

PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-eusc")
"""The isolated partitions (aws-iso*) are left out: their customers cannot use a public catalogue."""

EU_MEMBERS = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE"
"""Member states of the European Union, ISO 3166-1 (european-union.europa.eu, 2026)."""

ZONES_CLOSED = {"ap-northeast-1": "b", "ca-central-1": "c"}
"""Zones that AWS lists but gives to no new account (EC2 user guide, "Regions and Zones")."""


@dataclass(frozen=True)
class Service:
    """How one service is found in the two sources."""

    resource_type: str
    endpoint: str | None = None


SERVICES: Mapping[str, Service] = {
    "apigateway": Service("AWS::ApiGatewayV2::Api", "apigateway"),
    "appconfig": Service("AWS::AppConfig::Application", "appconfig"),
    "athena": Service("AWS::Athena::WorkGroup", "athena"),
    "autoscaling": Service("AWS::AutoScaling::AutoScalingGroup", "autoscaling"),
    "backup": Service("AWS::Backup::BackupPlan", "backup"),
    "cloudwatch": Service("AWS::CloudWatch::Alarm", "monitoring"),
    "cognito": Service("AWS::Cognito::UserPool", "cognito-idp"),
    "dynamodb": Service("AWS::DynamoDB::GlobalTable", "dynamodb"),
    "ec2": Service("AWS::EC2::LaunchTemplate", "ec2"),
    "ecr": Service("AWS::ECR::Repository", "api.ecr"),
    "ecs": Service("AWS::ECS::Cluster", "ecs"),
    "eks": Service("AWS::EKS::Cluster", "eks"),
    "elasticache": Service("AWS::ElastiCache::ReplicationGroup", "elasticache"),
    "elasticache-global": Service("AWS::ElastiCache::GlobalReplicationGroup", "elasticache"),
    "emr": Service("AWS::EMR::Cluster", "elasticmapreduce"),
    "emr-serverless": Service("AWS::EMRServerless::Application", "emr-serverless"),
    "eventbridge": Service("AWS::Events::Rule", "events"),
    "firehose": Service("AWS::KinesisFirehose::DeliveryStream", "firehose"),
    "flink": Service("AWS::KinesisAnalyticsV2::Application", "kinesisanalytics"),
    "glue": Service("AWS::Glue::Table", "glue"),
    "kinesis": Service("AWS::Kinesis::Stream", "kinesis"),
    "kms": Service("AWS::KMS::ReplicaKey", "kms"),
    "lambda": Service("AWS::Lambda::Function", "lambda"),
    "msk": Service("AWS::MSK::Cluster", "kafka"),
    "mwaa": Service("AWS::MWAA::Environment", "airflow"),
    "opensearch": Service("AWS::OpenSearchService::Domain", "es"),
    "pipes": Service("AWS::Pipes::Pipe", "pipes"),
    "quicksight": Service("AWS::QuickSight::Dashboard", "quicksight"),
    "redshift": Service("AWS::Redshift::Cluster", "redshift"),
    "redshift-serverless": Service("AWS::RedshiftServerless::Workgroup", "redshift-serverless"),
    "s3": Service("AWS::S3::Bucket", "s3"),
    "sagemaker": Service("AWS::SageMaker::Endpoint", "runtime.sagemaker"),
    "sagemaker-featurestore": Service("AWS::SageMaker::FeatureGroup"),
    "scheduler": Service("AWS::Scheduler::Schedule", "scheduler"),
    "secretsmanager": Service("AWS::SecretsManager::Secret", "secretsmanager"),
    "sns": Service("AWS::SNS::Topic", "sns"),
    "sqs": Service("AWS::SQS::Queue", "sqs"),
    "stepfunctions": Service("AWS::StepFunctions::StateMachine", "states"),
    "waf": Service("AWS::WAFv2::WebACL", "wafv2"),
    "xray": Service("AWS::XRay::Group", "xray"),
}


@dataclass(frozen=True)
class InstanceList:
    """Where cfn-lint keeps a service's instance types, and the families that Meridian may use."""

    file: str
    families: str
    prefix: str = ""
    suffix: str = ""


GENERAL = "c5 c6a c6g c6i c7a c7g c7i c8g c8i m5 m6a m6g m6i m7a m7g m7i m8g m8i"
MEMORY = "r5 r6a r6g r6i r6id r7a r7g r7i r7iz r8a r8g r8i x2gd x8g"
BURST = "t3 t3a t4g"

INSTANCE_LISTS: Mapping[str, InstanceList] = {
    "ec2": InstanceList("aws_ec2_instance/instancetype_enum.json", f"{GENERAL} {MEMORY} {BURST}"),
    "emr": InstanceList("aws_emr_cluster/instancetypeconfig_instancetype_enum.json", f"{GENERAL} {MEMORY}"),
    "elasticache": InstanceList(
        "aws_elasticache_cachecluster/cachenodetype_enum.json",
        "m5 m6g m7g m8g r5 r6g r6gd r7g r8g t3 t4g",
        prefix="cache.",
    ),
    "opensearch": InstanceList(
        "aws_opensearchservice_domain/clusterconfig_instancetype_enum.json",
        "c5 c6g c7g c7i c8g m5 m6g m7g m7i m8g or1 or2 om2 r5 r6g r7g r7i r8g t3",
        suffix=".search",
    ),
    "redshift": InstanceList("aws_redshift_cluster/nodetype_enum.json", "dc2 ra3 rg"),
    "sagemaker": InstanceList(
        "aws_sagemaker_hosting/instancetype_enum.json",
        "c5 c6g c6i c7g c7i c8g g4dn g5 g6 inf2 m5 m6g m7i r5 r6g r7i r8g",
        prefix="ml.",
    ),
}


@dataclass(frozen=True)
class Place:
    """One row of places.csv; `slot` is its row number."""

    slot: int
    city: str
    country: str
    latitude: float
    longitude: float
    opt_in: bool


def read_json(path: Path) -> Any:
    """Reads one JSON document."""
    with path.open(encoding="utf-8") as file:
        return json.load(file)


def read_places() -> dict[str, Place]:
    """Reads places.csv, in its order."""
    with (HERE / "places.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["region"]: Place(
                slot,
                row["city"],
                row["country"],
                float(row["latitude"]),
                float(row["longitude"]),
                row["opt_in"] == "yes",
            )
            for slot, row in enumerate(csv.DictReader(file))
        }


def size_rank(size: str) -> tuple[int, int, str]:
    """Orders sizes as people do: nano .. large, xlarge, 2xlarge, 10xlarge, metal."""
    small = ("nano", "micro", "small", "medium", "large", "xlarge", "xlplus")
    if size in small:
        return (0, small.index(size), size)
    digits = size.removesuffix("xlarge")
    return (1, int(digits), size) if digits.isdigit() else (2, 0, size)


def group_by_family(types: Iterable[str], wanted: InstanceList) -> dict[str, str]:
    """`["r6g.large", "r6g.xlarge"]` -> `{"r6g": "large xlarge"}`, for the wanted families only."""
    sizes: dict[str, list[str]] = defaultdict(list)
    families = set(wanted.families.split())
    for name in types:
        bare = name.removeprefix(wanted.prefix).removesuffix(wanted.suffix)
        family, _, size = bare.partition(".")
        # The bare-metal sizes are priced and booked by other rules; nothing here runs on them.
        if family in families and not size.startswith("metal"):
            sizes[family].append(size)
    return {family: " ".join(sorted(sizes[family], key=size_rank)) for family in sorted(sizes)}


def instance_types() -> dict[str, dict[str, dict[str, str]]]:
    """region -> service -> family -> sizes."""
    result: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    for service, wanted in INSTANCE_LISTS.items():
        for region, schema in read_json(CFN_SCHEMAS / "extensions" / wanted.file).items():
            # Beside the regions the file has an entry or two of JSON Schema's own keywords.
            if isinstance(schema, dict) and "enum" in schema:
                result[region][service] = group_by_family(schema["enum"], wanted)
    return result


def endpoint_regions() -> dict[str, set[str]]:
    """endpoint -> the regions that botocore lists for it."""
    result: dict[str, set[str]] = defaultdict(set)
    for partition in read_json(BOTOCORE_DATA / "endpoints.json")["partitions"]:
        for endpoint, service in partition["services"].items():
            result[endpoint].update(service.get("endpoints", {}))
    return result


def offered(region: str, endpoints: Mapping[str, set[str]]) -> list[str]:
    """Services that the region has, by both sources."""
    provider = CFN_SCHEMAS / "providers" / f"{region}.json"
    types = read_json(provider) if provider.exists() else None

    def has(service: Service) -> bool:
        in_types = types is None or service.resource_type in types
        listed = endpoints.get(service.endpoint) if service.endpoint else None
        in_endpoints = listed is None or region in listed
        return in_types and in_endpoints and not (types is None and listed is None)

    return sorted(name for name, service in SERVICES.items() if has(service))


def zone_letters(region: str) -> str:
    """Letters of the availability zones that a new account may use."""
    letters = "".join(zone[-1] for zone in AVAILABILITY_ZONES[region])
    return letters.replace(ZONES_CLOSED.get(region, " "), "")


def build(built: str) -> dict[str, Any]:
    """The whole catalogue."""
    places = read_places()
    endpoints = endpoint_regions()
    instances = instance_types()
    described = {
        region: (partition["partition"], facts["description"])
        for partition in read_json(BOTOCORE_DATA / "endpoints.json")["partitions"]
        if partition["partition"] in PARTITIONS
        for region, facts in partition["regions"].items()
    }
    missing = sorted(set(described) ^ set(places))
    if missing:
        raise SystemExit(f"append to places.csv (never insert), or remove: {', '.join(missing)}")
    regions: dict[str, Any] = {}
    for region in sorted(described):
        partition, description = described[region]
        place = places[region]
        regions[region] = {
            "about": {
                "slot": place.slot,
                "partition": partition,
                "description": description,
                "city": place.city,
                "country": place.country,
                "residency": "eu" if place.country in EU_MEMBERS.split() else place.country.lower(),
                "latitude": place.latitude,
                "longitude": place.longitude,
                "optIn": place.opt_in,
                "zones": zone_letters(region),
            },
            "services": " ".join(offered(region, endpoints)),
            "instances": instances.get(region, {}),
        }
    return {
        "built": built,
        "sources": {
            "cfn-lint": {
                "version": importlib.metadata.version("cfn-lint"),
                "schemas": read_json(CFN_SCHEMAS / "version.json")["schema_date"],
            },
            "botocore": {"version": importlib.metadata.version("botocore")},
        },
        "regions": regions,
    }


def render(catalogue: Mapping[str, Any]) -> str:
    """JSON with one line for each region's facts, services and instance list, so that a diff reads well."""

    def line(value: object) -> str:
        return json.dumps(value, ensure_ascii=True)

    blocks = []
    for region, facts in catalogue["regions"].items():
        instances = ",\n".join(
            f"        {line(service)}: {line(families)}" for service, families in facts["instances"].items()
        )
        blocks.append(
            f"    {line(region)}: {{\n"
            f'      "about": {line(facts["about"])},\n'
            f'      "services": {line(facts["services"])},\n'
            f'      "instances": {{\n{instances}\n      }}\n'
            "    }"
        )
    head = f'  "built": {line(catalogue["built"])},\n  "sources": {line(catalogue["sources"])},\n'
    return "{\n" + head + '  "regions": {\n' + ",\n".join(blocks) + "\n  }\n}\n"


def main() -> None:
    """Writes catalogue.json beside this file."""
    parser = argparse.ArgumentParser(description="Builds the region catalogue.")
    parser.add_argument("--built", default=datetime.now(UTC).date().isoformat(), metavar="YYYY-MM-DD")
    parser.add_argument("--out", type=Path, default=HERE / "catalogue.json")
    options = parser.parse_args()
    catalogue = build(options.built)
    text = render(catalogue)
    if json.loads(text) != catalogue:
        raise SystemExit("the text does not read back as the catalogue")
    options.out.write_text(text, encoding="utf-8")
    print(f"{options.out}: {len(catalogue['regions'])} regions, {len(text) / 1024:.0f} KiB")


if __name__ == "__main__":
    main()
