"""The cluster's DynamoDB client: its signature beside botocore's, what it repeats and gives up on, its rate."""

import json
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials as Theirs

sys.path.insert(0, str(Path(__file__).parents[3] / "services" / "etl"))

import dynamo


@pytest.mark.parametrize("token", [None, "a/session+token=="])
@pytest.mark.parametrize("url", ["https://dynamodb.eu-west-1.amazonaws.com/", "http://127.0.0.1:4566/"])
def test_the_signature_is_the_one_that_botocore_makes(monkeypatch, token, url):
    at = "20260301T101112Z"
    body = json.dumps(
        {"RequestItems": {"profiles": [{"PutRequest": {"Item": {"user_key": {"S": "é 日本"}}}}]}}
    ).encode()
    ours = dynamo.signed_headers(
        dynamo.Call(url, "eu-west-1", dynamo.TARGET, body), dynamo.Credentials("AKID", "secret/+", token), at
    )
    monkeypatch.setattr(SigV4Auth, "_modify_request_before_signing", lambda self, request: None)
    headers = {name: value for name, value in ours.items() if name != "authorization"}
    request = AWSRequest("POST", url, data=body, headers=headers)
    request.context["timestamp"] = at
    auth = SigV4Auth(Theirs("AKID", "secret/+", token), "dynamodb", "eu-west-1")
    canonical = auth.canonical_request(request)
    signature = auth.signature(auth.string_to_sign(request, canonical), request)
    assert ours["authorization"].endswith(f"Signature={signature}")


class Answers:
    """A table that gives prepared answers, then takes everything."""

    def __init__(self, prepared):
        self.prepared = list(prepared)
        self.calls = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
                outer.calls.append(asked["RequestItems"]["profiles"])
                code, answer = outer.prepared.pop(0)(asked) if outer.prepared else (200, {})
                body = json.dumps(answer).encode()
                self.send_response(code)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def table(self, monkeypatch):
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{self.server.server_port}")
        monkeypatch.setenv("AWS_REGION", "us-east-1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        return dynamo.Table("profiles")


def items(count):
    return [{"user_key": {"S": f"user-{number}"}} for number in range(count)]


def put_keys(call):
    return [request["PutRequest"]["Item"]["user_key"]["S"] for request in call]


def test_items_that_the_table_did_not_take_and_throttled_calls_are_repeated(monkeypatch):
    table = Answers(
        [
            lambda asked: (200, {"UnprocessedItems": {"profiles": asked["RequestItems"]["profiles"][20:]}}),
            lambda _: (400, {"__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"}),
            lambda _: (503, {}),
        ]
    )
    assert table.table(monkeypatch).write(items(30), per_second=10_000) == 30
    assert [len(call) for call in table.calls] == [25, 5, 5, 5, 5]
    assert put_keys(table.calls[3]) == [f"user-{number}" for number in range(20, 25)]
    assert put_keys(table.calls[4]) == [f"user-{number}" for number in range(25, 30)]


def test_a_refusal_ends_the_run_with_the_tables_words(monkeypatch):
    refused = Answers([lambda _: (400, {"__type": "x#ResourceNotFoundException", "message": "no such table"})])
    with pytest.raises(RuntimeError, match=r"table profiles: 400 .*no such table"):
        refused.table(monkeypatch).write(items(1), per_second=10)


def test_a_table_that_takes_nothing_is_given_up(monkeypatch):
    monkeypatch.setattr(dynamo, "PATIENCE_SECONDS", 0.1)
    dead = Answers([lambda asked: (200, {"UnprocessedItems": asked["RequestItems"]})] * 50)
    with pytest.raises(TimeoutError, match="took no item"):
        dead.table(monkeypatch).write(items(1), per_second=10)


def test_no_more_items_a_second_than_allowed(monkeypatch):
    table = Answers([]).table(monkeypatch)
    started = time.monotonic()
    table.write(items(100), per_second=200)
    assert 0.45 < time.monotonic() - started < 5
