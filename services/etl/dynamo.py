"""BatchWriteItem of DynamoDB by the standard library alone.

The nodes of an EMR cluster have no AWS SDK for Python, and a private subnet may have no way to a package registry.
Requests are signed by Signature Version 4, as docs.aws.amazon.com/IAM/latest/UserGuide
(reference_sigv-create-signed-request.html) says; a test compares the signature with botocore's.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

BATCH_ITEMS = 25
"""Most items in one BatchWriteItem."""

TARGET = "DynamoDB_20120810.BatchWriteItem"

SERVER_ERROR = 500
"""Least HTTP status of an error that is not the caller's."""

METADATA = "http://169.254.169.254/latest"
"""The instance's own metadata, asked by IMDSv2."""

CREDENTIAL_SECONDS = 300
"""Age at which credentials are fetched anew: EC2 renews them at least five minutes before they expire."""

LONGEST_PAUSE_SECONDS = 20.0

PATIENCE_SECONDS = 600.0
"""Without any item taken for so long, the table is taken for gone."""

THROTTLED = (
    "ProvisionedThroughputExceeded",
    "Throttling",
    "RequestLimitExceeded",
    "InternalServer",
    "ServiceUnavailable",
)
"""Begins of error names that pass."""

Item = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Credentials:
    """What requests are signed with."""

    key_id: str
    secret: str
    token: str | None = None


@dataclass(frozen=True)
class Call:
    """What is asked of whom."""

    url: str
    region: str
    target: str
    body: bytes
    service: str = "dynamodb"


def signed_headers(call: Call, credentials: Credentials, at: str) -> dict[str, str]:
    """Headers of a signed call; `at` is the time as `YYYYMMDDTHHMMSSZ`."""
    headers = {
        "content-type": "application/x-amz-json-1.0",
        "host": urlsplit(call.url).netloc,
        "x-amz-date": at,
        "x-amz-target": call.target,
    }
    if credentials.token is not None:
        headers["x-amz-security-token"] = credentials.token
    names = ";".join(sorted(headers))
    listed = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = f"POST\n/\n\n{listed}\n{names}\n{hashlib.sha256(call.body).hexdigest()}"
    scope = f"{at[:8]}/{call.region}/{call.service}/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{at}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = f"AWS4{credentials.secret}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    given = f"Credential={credentials.key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
    return {**headers, "authorization": f"AWS4-HMAC-SHA256 {given}"}


class Table:
    """One table, through the environment's credentials, region and endpoint, else those of the instance."""

    def __init__(self, name: str) -> None:
        self.name = name
        environment = os.environ
        self.region = (
            environment.get("AWS_REGION")
            or environment.get("AWS_DEFAULT_REGION")
            or metadata("meta-data/placement/region")
        )
        suffix = "amazonaws.com.cn" if self.region.startswith("cn-") else "amazonaws.com"
        own = environment.get("AWS_ENDPOINT_URL_DYNAMODB") or environment.get("AWS_ENDPOINT_URL")
        self.url = f"{(own or f'https://dynamodb.{self.region}.{suffix}').rstrip('/')}/"
        self.credentials, self.fetched = found_credentials(), time.monotonic()

    def write(self, items: Iterable[Item], per_second: float) -> int:
        """Puts all items, at most so many a second, repeating what the table did not take; how many there were."""
        pending = iter(items)
        written = 0
        while batch := list(islice(pending, BATCH_ITEMS)):
            started = time.monotonic()
            self.write_batch(batch)
            written += len(batch)
            time.sleep(max(0.0, len(batch) / per_second - (time.monotonic() - started)))
        return written

    def write_batch(self, batch: list[Item]) -> None:
        """Puts up to 25 items. @throws TimeoutError when the table takes none for ten minutes."""
        requests = [{"PutRequest": {"Item": item}} for item in batch]
        pause, since = 0.05, time.monotonic()
        while requests:
            left = self.call({"RequestItems": {self.name: requests}})
            if left is not None and len(left) < len(requests):
                since = time.monotonic()
            elif time.monotonic() - since > PATIENCE_SECONDS:
                raise TimeoutError(f"table {self.name} took no item for {PATIENCE_SECONDS:.0f} s")
            requests = requests if left is None else left
            if requests:
                time.sleep(pause)
                pause = min(LONGEST_PAUSE_SECONDS, pause * 2)

    def call(self, request: dict[str, Any]) -> list[dict[str, Any]] | None:
        """One BatchWriteItem: what was not taken, None when the call itself was throttled or failed in passing."""
        if time.monotonic() - self.fetched > CREDENTIAL_SECONDS:
            self.credentials, self.fetched = found_credentials(), time.monotonic()
        body = json.dumps(request).encode()
        # Of Python 3.9, which is what the nodes have: no datetime.UTC.
        at = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        headers = signed_headers(Call(self.url, self.region, TARGET, body), self.credentials, at)
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url, body, headers), timeout=30) as answer:
                unprocessed: dict[str, list[dict[str, Any]]] = json.load(answer).get("UnprocessedItems", {})
                return unprocessed.get(self.name, [])
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            kind = fault_of(text)
            if error.code >= SERVER_ERROR or kind.startswith(THROTTLED):
                return None
            raise RuntimeError(f"table {self.name}: {error.code} {text}") from None
        except (urllib.error.URLError, TimeoutError):
            return None


def fault_of(text: str) -> str:
    """The error's name in an answer, without its namespace."""
    try:
        return str(json.loads(text).get("__type", "")).rsplit("#", 1)[-1]
    except ValueError:
        return ""


def found_credentials() -> Credentials:
    """Those of the environment, else of the instance's role."""
    environment = os.environ
    if key_id := environment.get("AWS_ACCESS_KEY_ID"):
        return Credentials(key_id, environment["AWS_SECRET_ACCESS_KEY"], environment.get("AWS_SESSION_TOKEN"))
    role = metadata("meta-data/iam/security-credentials/").split()[0]
    given = json.loads(metadata(f"meta-data/iam/security-credentials/{role}"))
    return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["Token"])


def metadata(path: str) -> str:
    """One value of the instance's metadata."""
    ask = urllib.request.Request(
        f"{METADATA}/api/token", method="PUT", headers={"X-aws-ec2-metadata-token-ttl-seconds": "60"}
    )
    with urllib.request.urlopen(ask, timeout=5) as answer:
        token = answer.read().decode()
    value = urllib.request.Request(f"{METADATA}/{path}", headers={"X-aws-ec2-metadata-token": token})
    with urllib.request.urlopen(value, timeout=5) as answer:
        return str(answer.read().decode())
