"""A server that speaks OpenAI's POST /embeddings, strictly, and misbehaves on demand.

Its vectors are bags of words, so that texts with words in common are near. Requests that a real server
would refuse are refused, and kept in `offences`; a test that ends with some has found a bug.
"""
import json
import time
import zlib

import fakes

MEMBERS = {"model", "input", "encoding_format", "dimensions"}


def vector_of(text, dimensions):
    """Not of unit length, as a server's need not be."""
    vector = [0.1] + [0.0] * (dimensions - 1)
    for word in text.lower().split():
        vector[1 + zlib.crc32(word.strip(".,?!").encode()) % (dimensions - 1)] += 3.0
    return vector


def numbers(fake, text):
    return json.dumps(vector_of(text, fake.dimensions))


# What a fault makes of the list of embeddings (each a JSON text), or of the whole answer.
SPOIL_LIST = {
    "fewer": lambda items: items[1:],
    "zeros": lambda items: ["[" + ",".join("0" for _ in item.split(",")) + "]" for item in items],
    "short": lambda items: [item.rsplit(",", 1)[0] + "]" for item in items],
    "null": lambda items: [item.replace("0.1", "null", 1) for item in items],
    "nan": lambda items: [item.replace("0.1", "NaN", 1) for item in items],
}
SPOIL_ANSWER = {
    "garbage": lambda answer: answer[:len(answer) // 2],
    "twice": lambda answer: answer.replace('"index": 1', '"index": 0', 1),
    "giant": lambda answer: answer + " " * (64 << 20),
}
FAULTS = [*SPOIL_LIST, *SPOIL_ANSWER]


class Handler(fakes.Handler):
    def answer(self, status, text, **headers):
        self.reply(status, text, Content_Type="application/json", **headers)

    def offence(self, body):
        fake = self.server.fake
        if self.path != "/v1/embeddings":
            return f"POST {self.path}"
        if self.headers.get_all("Authorization", []) != ([f"Bearer {fake.key}"] if fake.key else []):
            return "the key is not as it should be"
        if self.headers.get("Content-Type") != "application/json":
            return "the body is not application/json"
        try:
            sent = json.loads(body)
        except ValueError:
            return "the body is not JSON"
        if not isinstance(sent, dict) or not MEMBERS >= set(sent):
            return f"unknown members in {body[:200]}"
        if sent.get("model") != fake.model:
            return f"no model {sent.get('model')}"
        if sent.get("encoding_format") != "float":
            return "encoding_format is not float"
        if sent.get("dimensions", fake.dimensions) != fake.dimensions:
            return "dimensions cannot be chosen"
        texts = sent.get("input")
        if not isinstance(texts, list) or not 1 <= len(texts) <= 32 or not all(isinstance(t, str) and t for t in texts):
            return "input is no list of 1 to 32 texts"
        return None

    def do_POST(self):
        fake = self.server.fake
        body = self.body()
        if fake.is_down:
            self.close_connection = True
            return None
        if why := self.offence(body):
            fake.offences.append(why)
            return self.answer(400, json.dumps({"error": {"message": why, "type": "invalid_request_error"}}))
        texts = json.loads(body)["input"]
        with fake.lock:
            fake.n_requests += 1
            fault = fake.fault if fake.n_faulty else None
            fake.n_faulty -= fake.n_faulty > 0
        time.sleep(fake.delay)
        try:
            self.embed(fake, texts, fault)
        except OSError:
            self.close_connection = True        # whoever asked has left

    def embed(self, fake, texts, fault):
        if isinstance(fault, int):
            retry_after = {"Retry_After": fake.retry_after} if fake.retry_after else {}
            return self.answer(fault, '{"error": {"message": "no"}}', **retry_after)
        items = [numbers(fake, text) for text in texts]
        items = SPOIL_LIST.get(fault, lambda same: same)(items)
        data = ",".join(f'{{"object": "embedding", "index": {i}, "embedding": {item}}}' for i, item in enumerate(items))
        answer = (f'{{"object": "list", "data": [{data}], "model": "{fake.model}", '
                  f'"usage": {{"prompt_tokens": {10 * len(texts)}, "total_tokens": {10 * len(texts)}}}}}')
        with fake.lock:
            fake.n_texts += len(texts)
        return self.answer(200, SPOIL_ANSWER.get(fault, lambda same: same)(answer))


class FakeEmbeddings(fakes.Fake):
    def __init__(self, model="fake-embed", key="sk-test-sesame", dimensions=64):
        super().__init__(Handler)
        self.model, self.key, self.dimensions = model, key, dimensions
        self.delay = 0.0                # seconds, before each answer
        self.fault, self.n_faulty, self.retry_after = None, 0, None
        self.is_down = False
        self.offences = []
        self.n_requests = self.n_texts = 0
        self.url = f"http://{self.address}/v1"

    def goes_wrong(self, fault, times=-1):
        """fault: a status, or one of FAULTS; times -1: from now on."""
        with self.lock:
            self.fault, self.n_faulty = fault, times

    def works(self):
        self.goes_wrong(None, 0)
        self.delay = 0.0

    def go_down(self):
        """No connection from now on; those that are open are closed when they are used."""
        self.is_down = True
        super().go_down()
