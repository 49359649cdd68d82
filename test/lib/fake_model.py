"""A provider of models that speaks OpenAI's chat completions and Anthropic's messages, strictly, and misbehaves
on demand.

What a model would say is a script: a list of turns, by how many replies the conversation holds already.
A turn is a text, a list of calls, or a function of the request. Requests that a real server would refuse are
refused, and kept in `offences`; a test that ends with some has found a bug.
"""
import json
import re
import threading
import time
import urllib.parse

import fakes

KEY = "sk-test-open-sesame"
FAULTS = ["cut", "cut before", "hang", "garbage", "giant", "error event", "html"]


def call(name, arguments, id=None):
    """A call of a tool; arguments: a dict, or what a careless model would write."""
    return {"name": name, "arguments": arguments if isinstance(arguments, str) else json.dumps(arguments), "id": id}


class Refusal(Exception):
    """The request is not as it should be."""


def require(condition, what):
    if not condition:
        raise Refusal(what)


def only(members, allowed):
    require(not set(members) - set(allowed), f"unknown members {sorted(set(members) - set(allowed))}")


# -- OpenAI -------------------------------------------------------------------------------------------

class OpenAI:
    path = "/v1/chat/completions"
    members = {"model", "messages", "stream", "stream_options", "tools", "tool_choice", "parallel_tool_calls",
               "max_tokens", "max_completion_tokens", "temperature", "top_p", "frequency_penalty", "presence_penalty",
               "stop", "seed", "reasoning_effort", "logit_bias", "response_format", "user"}
    usage = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100,
             "prompt_tokens_details": {"cached_tokens": 600}}

    @staticmethod
    def check_head(headers):
        require(headers.get_all("Authorization", []) == [f"Bearer {KEY}"], "the key is not as it should be")

    @staticmethod
    def check_calls(message, ids):
        for wanted in message.get("tool_calls", []):
            only(wanted, {"id", "type", "function"})
            require(wanted["type"] == "function", "a call is no function")
            require(isinstance(json.loads(wanted["function"]["arguments"]), dict), "arguments are no object")
            ids.append(wanted["id"])

    @classmethod
    def check(cls, body):
        """Returns the conversation: how many replies there were, and the texts of their results."""
        waiting, replies, results = [], 0, []
        if "response_format" in body:
            form = body["response_format"]
            require(form["type"] == "json_schema", "no schema")
            only(form["json_schema"], {"name", "schema", "strict", "description"})
            require(re.fullmatch(r"[\w-]{1,64}", form["json_schema"]["name"]), "a schema without a name")
        if body.get("tools"):
            for tool in body["tools"]:
                require(tool["type"] == "function" and tool["function"]["parameters"]["type"] == "object", "no tool")
        else:
            require("tools" not in body and "parallel_tool_calls" not in body, "there are no tools")
        for message in body["messages"]:
            role = message["role"]
            if role == "tool":
                require(message["tool_call_id"] in waiting, "a result that answers no call")
                waiting.remove(message["tool_call_id"])
                results.append(message["content"])
                continue
            require(not waiting, "a call without its result")
            if role == "assistant":
                replies += 1
                require(isinstance(message["content"], str) or message.get("tool_calls"), "an empty reply")
                cls.check_calls(message, waiting)
            else:
                require(role in ("system", "user") and isinstance(message["content"], str), f"role {role}")
        require(not waiting, "a call without its result")
        return replies, results

    @staticmethod
    def events(fake, turn):
        def chunk(delta, reason=None):
            return {"id": "c", "object": "chat.completion.chunk", "model": fake.model,
                    "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}

        yield chunk({"role": "assistant", "content": ""})
        if isinstance(turn, str):
            for piece in pieces(turn):
                yield chunk({"content": piece})
            yield chunk({}, "stop")
        else:
            for i, wanted in enumerate(turn):
                yield chunk({"tool_calls": [{"index": i, "id": wanted["id"] or fake.new_id(), "type": "function",
                                             "function": {"name": wanted["name"], "arguments": ""}}]})
                for piece in pieces(wanted["arguments"]):
                    yield chunk({"tool_calls": [{"index": i, "function": {"arguments": piece}}]})
            yield chunk({}, "tool_calls")
        if fake.counts:
            yield {"id": "c", "object": "chat.completion.chunk", "model": fake.model, "choices": [],
                   "usage": OpenAI.usage}
        yield "[DONE]"

    @staticmethod
    def models(fake, query):
        require(not query, "there are no pages")
        return {"object": "list", "data": [{"id": id, "object": "model", **more} for id, more in fake.listed]}

    @staticmethod
    def whole(fake, turn):
        said = turn if isinstance(turn, str) else None
        calls = [{"id": c["id"] or fake.new_id(), "type": "function",
                  "function": {"name": c["name"], "arguments": c["arguments"]}} for c in ([] if said else turn)]
        message = {"role": "assistant", "content": said, **({"tool_calls": calls} if calls else {})}
        return {"object": "chat.completion", "model": fake.model, "usage": OpenAI.usage,
                "choices": [{"index": 0, "finish_reason": "stop" if said else "tool_calls", "message": message}]}


# -- Anthropic ------------------------------------------------------------------------------------------

class Anthropic:
    path = "/v1/messages"
    members = {"model", "messages", "system", "max_tokens", "stream", "tools", "tool_choice", "temperature", "top_p",
               "top_k", "stop_sequences", "thinking", "metadata", "output_config"}
    usage = {"input_tokens": 300, "cache_read_input_tokens": 600, "cache_creation_input_tokens": 100,
             "output_tokens": 100}

    @staticmethod
    def check_head(headers):
        require(headers.get_all("x-api-key", []) == [KEY], "the key is not as it should be")
        require(headers.get("anthropic-version") == "2023-06-01", "no version")
        require("Authorization" not in headers, "two kinds of credentials")

    @staticmethod
    def check_block(block, waiting, results):
        kind = block["type"]
        if kind == "text":
            require(block["text"].strip(), "text without a word")
        elif kind == "tool_use":
            require(isinstance(block["input"], dict), "input is no object")
            waiting.append(block["id"])
        elif kind == "tool_result":
            require(block["tool_use_id"] in waiting, "a result that answers no call")
            waiting.remove(block["tool_use_id"])
            results.append(block["content"])
        else:
            require(kind in ("thinking", "redacted_thinking"), f"a block of type {kind}")

    @classmethod
    def check(cls, body):
        waiting, replies, results, before = [], 0, [], "assistant"
        require(isinstance(body.get("max_tokens"), int), "no max_tokens")
        require(str(body).count("'cache_control'") <= 4, "too many cache marks")
        for tool in body.get("tools", []):
            require(tool["input_schema"]["type"] == "object", "no tool")
        for message in body["messages"]:
            role = message["role"]
            require(role != before, f"two messages of the {role} in a row")
            before = role
            replies += role == "assistant"
            require(isinstance(message["content"], list) and message["content"], "an empty message")
            for block in message["content"]:
                cls.check_block(block, waiting, results)
            require(role == "assistant" or not waiting, "a call without its result")
        require(before == "user", "nothing was asked")
        return replies, results

    @staticmethod
    def events(fake, turn):
        usage = {**Anthropic.usage, "output_tokens": 1}
        yield {"type": "message_start", "message": {"role": "assistant", "content": [], "usage": usage}}
        yield {"type": "ping"}
        for i, part in enumerate([turn] if isinstance(turn, str) else turn):
            if isinstance(part, str):
                yield {"type": "content_block_start", "index": i, "content_block": {"type": "text", "text": ""}}
                for piece in pieces(part):
                    yield {"type": "content_block_delta", "index": i, "delta": {"type": "text_delta", "text": piece}}
            else:
                yield {"type": "content_block_start", "index": i, "content_block": {
                    "type": "tool_use", "id": part["id"] or fake.new_id(), "name": part["name"], "input": {}}}
                for piece in pieces(part["arguments"]):
                    yield {"type": "content_block_delta", "index": i,
                           "delta": {"type": "input_json_delta", "partial_json": piece}}
            yield {"type": "content_block_stop", "index": i}
        reason = "end_turn" if isinstance(turn, str) else "tool_use"
        yield {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 100}}
        yield {"type": "message_stop"}

    @staticmethod
    def models(fake, query):
        """Two at a time, whatever is asked for."""
        ids = [id for id, _ in fake.listed]
        first = ids.index(query["after_id"]) + 1 if "after_id" in query else 0
        page = fake.listed[first:first + 2]
        return {"data": [{"type": "model", "id": id, **more} for id, more in page],
                "has_more": first + 2 < len(ids), "last_id": page[-1][0] if page else None}

    @staticmethod
    def whole(fake, turn):
        content = [{"type": "text", "text": turn}] if isinstance(turn, str) else [
            {"type": "tool_use", "id": c["id"] or fake.new_id(), "name": c["name"], "input": json.loads(c["arguments"])}
            for c in turn]
        return {"type": "message", "role": "assistant", "content": content,
                "stop_reason": "end_turn" if isinstance(turn, str) else "tool_use",
                "usage": Anthropic.usage}


def pieces(text, n=7):
    return [text[i:i + n] for i in range(0, len(text), n)]


# -- the server -------------------------------------------------------------------------------------------

class Handler(fakes.Handler):
    def reply_json(self, status, value, **headers):
        self.reply(status, json.dumps(value), Content_Type="application/json", **headers)

    def chunk(self, text):
        data = text.encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def do_GET(self):
        fake = self.server.fake
        address = urllib.parse.urlsplit(self.path)
        protocol = Anthropic if self.headers.get("anthropic-version") else OpenAI
        fault, _ = fake.take_fault()
        try:
            require(address.path == "/v1/models", f"GET {self.path}")
            protocol.check_head(self.headers)
            if isinstance(fault, int):
                return self.reply_json(fault, {"error": {"message": "no"}})
            self.reply_json(200, [] if fault else protocol.models(fake, dict(urllib.parse.parse_qsl(address.query))))
        except Refusal as why:
            fake.offences.append(str(why))
            self.reply_json(400, {"error": {"message": str(why)}})
        return None

    def do_POST(self):
        fake = self.server.fake
        body = self.body()
        fault, after = fake.take_fault()
        try:
            if isinstance(fault, int):
                return self.reply_json(fault, {"error": {"message": "no", "type": "api_error"}},
                                       **({"Retry_After": after} if after else {}))
            self.answer(fake, body, fault)
        except Refusal as why:
            fake.offences.append(str(why))
            self.reply_json(400, {"error": {"message": str(why), "type": "invalid_request_error"}})
        except OSError:
            fake.left()
            self.close_connection = True
        return None

    def answer(self, fake, body, fault):
        protocol = {p.path: p for p in (OpenAI, Anthropic)}.get(self.path)
        require(protocol, f"POST {self.path}")
        protocol.check_head(self.headers)
        require(self.headers.get("Content-Type") == "application/json", "the body is not application/json")
        try:
            sent = json.loads(body)
            only(sent, protocol.members)
            require(sent["model"] == fake.model, f"no model {sent['model']}")
            replies, results = protocol.check(sent)
        except (KeyError, TypeError, ValueError) as wrong:
            raise Refusal(f"{type(wrong).__name__}: {wrong}") from wrong
        turn = fake.turn(sent, replies, results)
        if fake.streams and sent.get("stream"):
            self.stream(fake, protocol.events(fake, turn), fault)
        else:
            self.reply_json(200, protocol.whole(fake, turn))

    def stream(self, fake, events, fault):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if fault == "cut before":
            self.close_connection = True
            return
        if fault in ("garbage", "html", "giant"):
            self.misbehave(fault)
        for n, event in enumerate(events):
            if fault == "error event" and n == 3:
                event = {"error": {"type": "overloaded_error", "message": "busy"}, "type": "error"}
            if fault == "cut" and n == 3:
                self.close_connection = True
                return
            if fault == "hang" and n == 3:
                self.hang()
            if gate := fake.gate:
                gate.acquire(timeout=60)
            text = event if isinstance(event, str) else json.dumps(event)
            kind = "" if isinstance(event, str) or "type" not in event else f"event: {event['type']}\n"
            self.chunk(f"{kind}data: {text}\n\n")
            if fake.pause:
                time.sleep(fake.pause)
        self.chunk("")

    def misbehave(self, fault):
        if fault == "giant":
            for _ in range(100):
                self.chunk(":" + " " * (1 << 20) + "\n")
        self.chunk({"garbage": "data: {oops\n\n", "html": "<html>Please log in</html>\n"}.get(fault, ""))

    def hang(self):
        """Until whoever asked has left."""
        self.server.fake.hanging.set()
        self.connection.settimeout(60)
        if not self.connection.recv(1):
            raise ConnectionResetError


class FakeModel(fakes.Fake):
    def __init__(self, model="fake-model", turns=("Hello there.",)):
        super().__init__(Handler)
        self.model = model
        self.turns = turns                  # see above; the last is repeated
        self.streams = self.counts = True
        self.pause = 0.0                    # seconds, between two events
        self.gate = None                    # a semaphore: events leave as it is released
        self.listed = []                    # models: pairs of an id and what else is said of it
        self.faults = []                    # of the next requests: a status, (status, Retry-After), one of FAULTS, None
        self.offences, self.requests = [], []
        self.hanging = threading.Event()    # somebody waits in vain
        self.left_at = []                   # when somebody left in the middle of an answer
        self.n_ids = 0
        self.host = f"http://{self.address}"
        self.openai_url, self.anthropic_url = self.host + "/v1", self.host

    def take_fault(self):
        with self.lock:
            fault = self.faults.pop(0) if self.faults else None
        return fault if isinstance(fault, tuple) else (fault, None)

    def turn(self, sent, replies, results):
        with self.lock:
            self.requests.append(sent)
        turn = self.turns[min(replies, len(self.turns) - 1)]
        return turn(sent, results) if callable(turn) else turn

    def new_id(self):
        with self.lock:
            self.n_ids += 1
            return f"call_{self.n_ids}"

    def left(self):
        with self.lock:
            self.left_at.append(time.monotonic())
