"""Stands for Google Cloud Storage: of its XML API what stores of states use, in memory.

usage: gcs.py PORT BUCKET

Written after Google's description of that API, since none of the servers in package registries honours
`x-goog-if-generation-match`. It is no proof of what Google's servers do.
"""

import hashlib
import sys
import threading
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

# So few that what is listed comes in several pages.
PAGE = 20


class Bucket:
    """Objects by name. One request after the other: a condition and the put that depends on it are one step."""

    def __init__(self, name: str):
        self.name, self.objects, self.generation, self.lock = name, {}, 1_700_000_000_000_000, threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    bucket: Bucket

    def log_message(self, *_):
        pass

    def do_PUT(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        with self.bucket.lock:
            name = self.name()
            if name is None:
                return
            present = self.bucket.objects.get(name)
            wanted = self.headers.get("x-goog-if-generation-match")
            if wanted is not None and wanted != (present["generation"] if present else "0"):
                return self.fail(412, "PreconditionFailed")
            self.bucket.generation += 1
            metadata = {key: value for key, value in self.headers.items() if key.lower().startswith("x-goog-meta-")}
            stored = {"body": body, "generation": str(self.bucket.generation), "metadata": metadata, "at": formatdate(usegmt=True)}
            # As there: of the content, so that it does not tell apart two objects that were put with the same.
            stored["etag"] = f'"{hashlib.md5(body).hexdigest()}"'
            self.bucket.objects[name] = stored
            self.answer(200, b"", {"ETag": stored["etag"], "x-goog-generation": stored["generation"]})

    def do_GET(self):
        with self.bucket.lock:
            name = self.name()
            if name is None:
                return
            if name == "":
                return self.list()
            found = self.bucket.objects.get(name)
            if found is None:
                return self.fail(404, "NoSuchKey")
            about = {"ETag": found["etag"], "x-goog-generation": found["generation"], "Last-Modified": found["at"]}
            self.answer(200, found["body"], {**about, **found["metadata"]})

    do_HEAD = do_GET

    def do_DELETE(self):
        with self.bucket.lock:
            name = self.name()
            if name is None:
                return
            if self.bucket.objects.pop(name, None) is None:
                return self.fail(404, "NoSuchKey")
            self.answer(204, b"", {})

    def name(self):
        """Of the object that is asked for; empty for the bucket; None when there is no such bucket, which is answered."""
        bucket, _, name = unquote(urlsplit(self.path).path).lstrip("/").partition("/")
        if bucket == self.bucket.name:
            return name
        self.fail(404, "NoSuchBucket")
        return None

    def list(self):
        query = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
        prefix, delimiter = query.get("prefix", ""), query.get("delimiter")
        after = query.get("continuation-token") or query.get("start-after", "")
        parts, count, last = [], 0, None
        for name in sorted(self.bucket.objects):
            if not name.startswith(prefix) or name <= after:
                continue
            rest, found = name[len(prefix):], self.bucket.objects[name]
            folder = prefix + rest.split(delimiter)[0] + delimiter if delimiter and delimiter in rest else None
            if folder is not None and after.startswith(folder):
                continue
            part = f"<CommonPrefixes><Prefix>{escape(folder)}</Prefix></CommonPrefixes>" if folder else (
                f"<Contents><Key>{escape(name)}</Key><Size>{len(found['body'])}</Size>"
                f"<LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>{escape(found['etag'])}</ETag></Contents>"
            )
            if parts and parts[-1] == part:
                last = name
                continue
            if count == PAGE:
                parts.append(f"<NextContinuationToken>{escape(last)}</NextContinuationToken>")
                break
            parts.append(part)
            count, last = count + 1, name
        self.answer(200, f"<ListBucketResult>{''.join(parts)}</ListBucketResult>".encode(), {"Content-Type": "application/xml"})

    def fail(self, status: int, code: str):
        text = f"<?xml version='1.0' encoding='UTF-8'?><Error><Code>{code}</Code></Error>".encode()
        self.answer(status, text, {"Content-Type": "application/xml"})

    def answer(self, status: int, body: bytes, headers: dict[str, str]):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def main():
    port, name = int(sys.argv[1]), sys.argv[2]
    Handler.bucket = Bucket(name)
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main()
