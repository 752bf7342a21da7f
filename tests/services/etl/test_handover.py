"""The cluster's reading of hand-overs: what is taken, what must have been read, when messages go."""

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as Theirs

sys.path.insert(0, str(Path(__file__).parents[3] / "services" / "etl"))

import dynamo
import handover

PREFIX = "verified/events/date=2026-03-01/hour=10"


class Sqs:
    """A queue that keeps messages until they are deleted, and shows each once."""

    def __init__(self, bodies: list[str], broken: int = 0) -> None:
        self.waiting = {str(at): body for at, body in enumerate(bodies)}
        self.shown: set[str] = set()
        self.broken = broken
        self.asked: list[str] = []
        self.forgetful = False
        """Shows a message again at once, as one whose time to be hidden is up."""
        queue = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                operation = self.headers["x-amz-target"].removeprefix("AmazonSQS.")
                queue.asked.append(f"{operation} {body['QueueUrl']}")
                assert "/eu-west-1/sqs/aws4_request" in self.headers["authorization"]
                queue.broken -= 1
                self.send_response(500 if queue.broken >= 0 else 200)
                self.end_headers()
                self.wfile.write(json.dumps(queue.answer(operation, body)).encode())

            def log_message(self, *arguments):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, operation, body):
        if self.broken >= 0:
            return {}
        if operation == "ReceiveMessage":
            found = [id for id in self.waiting if id not in self.shown][: body["MaxNumberOfMessages"]]
            self.shown.update(found)
            if self.forgetful and not found:
                found = list(self.waiting)[:1]
            return {
                "Messages": [{"MessageId": f"m{id}", "ReceiptHandle": id, "Body": self.waiting[id]} for id in found]
            }
        for entry in body["Entries"]:
            del self.waiting[entry["ReceiptHandle"]]
        return {}


def message(name: str) -> str:
    return json.dumps({"version": 1, "bucket": "b", "key": f"verified/_handover/{name}.json"})


def read(key: str) -> str | None:
    """The list of a hand-over object: one verified object, named like it."""
    name = key.split("/")[-1].removesuffix(".json")
    if name == "gone":
        return None
    return json.dumps({"version": 1, "bucket": "b", "objects": [{"key": f"{PREFIX}/{name}.ndjson.gz"}]})


@pytest.fixture
def queue_of(monkeypatch):
    made = []

    def make(bodies, broken=0):
        sqs = Sqs(bodies, broken)
        made.append(sqs)
        monkeypatch.setenv("AWS_REGION", "eu-west-1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKID")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        monkeypatch.setenv("AWS_ENDPOINT_URL_SQS", f"http://127.0.0.1:{sqs.server.server_port}")
        return sqs, handover.Queue("https://sqs.eu-west-1.amazonaws.com/1/handover")

    yield make
    for sqs in made:
        sqs.server.shutdown()


def test_messages_go_once_all_that_they_name_was_read(queue_of):
    sqs, queue = queue_of([message(str(at)) for at in range(23)] + [message("0"), "{}", "[", message("gone")])
    taken = queue.take(read)
    assert len(taken.keys) == 23
    assert len(taken.receipts) == 24
    queue.settle(taken, [f"s3://bronze/{key}" for key in taken.keys])
    assert list(sqs.waiting.values()) == ["{}", "[", message("gone")]
    assert sqs.asked.count("DeleteMessageBatch https://sqs.eu-west-1.amazonaws.com/1/handover") == 3


def test_what_shows_again_meanwhile_ends_the_taking(queue_of):
    sqs, queue = queue_of(["{}", message("a")])
    sqs.forgetful = True
    assert queue.take(read).receipts == ("1",)


def test_an_object_that_was_not_read_is_named_and_no_message_goes(queue_of):
    sqs, queue = queue_of([message("a"), message("b")])
    taken = queue.take(read)
    with pytest.raises(handover.HandoverError, match=rf"not there to be read: {PREFIX}/b\.ndjson\.gz$"):
        queue.settle(taken, [f"file:/tmp/bronze/{PREFIX}/a.ndjson.gz"])
    assert len(sqs.waiting) == 2


def test_a_call_that_fails_is_repeated_a_few_times(queue_of, monkeypatch):
    monkeypatch.setattr(handover.time, "sleep", lambda seconds: None)
    _, queue = queue_of([message("a")], broken=3)
    assert queue.take(read).keys == {f"{PREFIX}/a.ndjson.gz"}
    _, queue = queue_of([message("a")], broken=4)
    with pytest.raises(OSError, match="500"):
        queue.take(read)


def test_the_region_is_the_one_of_the_address_where_the_environment_names_none(queue_of, monkeypatch):
    queue_of([])
    monkeypatch.delenv("AWS_REGION")
    assert handover.Queue("https://sqs.ap-south-1.amazonaws.com/1/q").region == "ap-south-1"


def test_the_signature_is_for_sqs(monkeypatch):
    at = "20260301T101112Z"
    call = dynamo.Call("https://sqs.eu-west-1.amazonaws.com/", "eu-west-1", "AmazonSQS.ReceiveMessage", b"{}", "sqs")
    ours = dynamo.signed_headers(call, dynamo.Credentials("AKID", "secret", None), at)
    monkeypatch.setattr(SigV4Auth, "_modify_request_before_signing", lambda self, request: None)
    headers = {name: value for name, value in ours.items() if name != "authorization"}
    request = AWSRequest("POST", call.url, data=b"{}", headers=headers)
    request.context["timestamp"] = at
    auth = SigV4Auth(Theirs("AKID", "secret"), "sqs", "eu-west-1")
    signature = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    assert ours["authorization"].endswith(f"Signature={signature}")
