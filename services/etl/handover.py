"""What the verifier handed over: messages on a queue, each with the place of a list of verified objects.

A run reads what it finds by listing. The hand-overs say, independently of that, what must have been found: each object
of theirs has to be among those that the run read, and only then are the messages taken off. Those of a run that failed
show again. SQS is called by the standard library alone, like DynamoDB: see dynamo.py.
"""

from __future__ import annotations

import json
import os
import re
import time
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from dynamo import Call, found_credentials, metadata, signed_headers

MAX_MESSAGES = 10_000
"""Most messages that one run takes; the others wait for the next, their objects are found by listing all the same."""

BATCH = 10
"""Most messages in one call."""


class HandoverError(Exception):
    """A verified object that was handed over and that the run did not read."""


@dataclass(frozen=True)
class Handovers:
    """What waited for a run."""

    keys: frozenset[str]
    """Of objects in the bronze bucket."""
    receipts: tuple[str, ...]


class Queue:
    """The queue at an address, through the environment's credentials and endpoint, else those of the instance."""

    def __init__(self, url: str) -> None:
        self.url = url
        environment = os.environ
        named = re.match(r"https?://sqs\.([a-z0-9-]+)\.", url)
        self.region = environment.get("AWS_REGION") or (
            named.group(1) if named is not None else metadata("meta-data/placement/region")
        )
        suffix = "amazonaws.com.cn" if self.region.startswith("cn-") else "amazonaws.com"
        own = environment.get("AWS_ENDPOINT_URL_SQS") or environment.get("AWS_ENDPOINT_URL")
        self.endpoint = f"{(own or f'https://sqs.{self.region}.{suffix}').rstrip('/')}/"

    def take(self, read: Callable[[str], str | None]) -> Handovers:
        """All messages that wait; `read` gives the text of an object in bronze. What is no hand-over stays."""
        keys: set[str] = set()
        receipts: list[str] = []
        seen: set[str] = set()
        while len(receipts) < MAX_MESSAGES:
            # Waiting, even for a second, asks all of the queue's servers.
            answer = self.call("ReceiveMessage", {"MaxNumberOfMessages": BATCH, "WaitTimeSeconds": 1})
            # What shows again meanwhile was left on purpose, or is hidden for too short a time to wait for.
            messages = [message for message in answer.get("Messages") or [] if message["MessageId"] not in seen]
            if not messages:
                break
            for message in messages:
                seen.add(message["MessageId"])
                listed = listed_in(message["Body"], read)
                if listed is not None:
                    keys.update(listed)
                    receipts.append(message["ReceiptHandle"])
        return Handovers(frozenset(keys), tuple(receipts))

    def settle(self, handovers: Handovers, read: Iterable[str]) -> None:
        """Takes the messages off; @throws HandoverError when an object of theirs is not among the addresses read."""
        paths = set(read)
        known = {path[at:] for path in paths if (at := path.find("verified/")) >= 0}
        if missing := sorted(handovers.keys - known):
            more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""  # noqa: PLR2004 -- as many as are named
            raise HandoverError(f"handed over, but not there to be read: {', '.join(missing[:5])}{more}")
        for start in range(0, len(handovers.receipts), BATCH):
            batch = handovers.receipts[start : start + BATCH]
            entries = [{"Id": str(at), "ReceiptHandle": receipt} for at, receipt in enumerate(batch)]
            self.call("DeleteMessageBatch", {"Entries": entries})

    def call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """One call of SQS, repeated a few times."""
        body = json.dumps({"QueueUrl": self.url, **request}).encode()
        for left in (3, 2, 1, 0):
            at = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
            call = Call(self.endpoint, self.region, f"AmazonSQS.{operation}", body, "sqs")
            headers = signed_headers(call, found_credentials(), at)
            try:
                with urllib.request.urlopen(urllib.request.Request(self.endpoint, body, headers), timeout=30) as answer:
                    parsed: dict[str, Any] = json.loads(answer.read() or b"{}")
                    return parsed
            except OSError:
                if left == 0:
                    raise
                time.sleep(1.0 / left)
        raise AssertionError("not reached")


def listed_in(body: str, read: Callable[[str], str | None]) -> set[str] | None:
    """Keys of the objects that a message hands over; None for a message that is no hand-over."""
    message = parsed(body)
    if message is None or not isinstance(message.get("key"), str):
        return None
    handover = parsed(read(message["key"]) or "")
    if handover is None or not isinstance(handover.get("objects"), list):
        return None
    return {entry["key"] for entry in handover["objects"]}


def parsed(text: str) -> dict[str, Any] | None:
    """A JSON object of version 1, else None."""
    try:
        value = json.loads(text)
    except ValueError:
        return None
    return value if isinstance(value, dict) and value.get("version") == 1 else None
