"""The modules' tests; the server, asked by Python's client and by raw sockets; the client, asking a server of Python's that
redirects, dawdles, lies and packs; and both together."""

import argparse
import gzip
import http.client
import http.server
import os
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROUTES = """GET /: 200 root
HEAD /: 200 root
GET /users/me: 200 me
GET /users/a%2Fb%20c?x=1: 200 user a/b c
PUT /users/7: 200 put 7
GET /users/: 404 there is nothing at /users/
GET /users: 404 there is nothing at /users
GET /users/1/2: 404 there is nothing at /users/1/2
POST /users/1: 405 /users/1 can be asked with GET, PUT
GET /files/a/b.txt: 200 file a/b.txt
GET /files/: 200 file
GET /files: 404 there is nothing at /files
GET //: 404 there is nothing at //
GET *: 404 there is nothing at *
the pattern 'users' does not begin with '/'
a status lies between 200 and 599: 99
true
"""


class Odd(http.server.BaseHTTPRequestHandler):
    """Answers as the path says."""

    protocol_version = "HTTP/1.1"
    other = 0  # another port of this machine

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Transfer_Encoding" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def serve(self):
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        path = self.path.strip("/").split("/")
        try:
            if path[0] == "echo":
                said = f"{self.command} {self.headers.get('Content-Type', '-')} {self.headers.get('Authorization', '-')} {body.decode()}"
                self.answer(200, said.encode(), Content_Type="text/plain")
            elif path[0] == "to":        # /to/STATUS/PORT/PATH
                self.answer(int(path[1]), Location=f"http://127.0.0.1:{path[2]}/{'/'.join(path[3:])}")
            elif path[0] == "relative":
                self.answer(302, Location="../echo")
            elif path[0] == "circle":
                self.answer(302, Location="/circle")
            elif path[0] == "file":
                self.answer(302, Location="file:///etc/passwd")
            elif path[0] == "gzip":
                self.answer(200, gzip.compress(b"packed " * 20), Content_Encoding="gzip", Content_Type="text/plain")
            elif path[0] == "bomb":
                self.answer(200, gzip.compress(bytes(50_000_000)), Content_Encoding="gzip")
            elif path[0] == "large":
                self.answer(200, b"x" * 1_000_000)
            elif path[0] == "slow":
                time.sleep(2.5)
                self.answer(200, b"late")
            elif path[0] == "latin":
                self.answer(404, "caf\u00e9".encode("latin-1"), Content_Type="caf\u00e9")
            elif path[0] == "short":
                self.send_response(200)
                self.send_header("Content-Length", "100")
                self.end_headers()
                self.wfile.write(b"only this")
                self.close_connection = True
            elif path[0] == "headers":
                self.send_response(200)
                for i in range(90):
                    self.send_header(f"X-{i}", "y" * 30000)
                self.end_headers()
            else:
                self.answer(404, b"no such page", Content_Type="text/plain")
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = serve

    def log_message(self, *args):
        pass


class Listener(http.server.ThreadingHTTPServer):
    def handle_error(self, *args):
        pass  # clients that go away are the point


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--plugins", required=True)
    options = parser.parse_args()
    failures = []
    plugin = ("--plugin-path=" + options.plugins, "--allow=plugin:http")

    def run(program, *args):
        return subprocess.run([os.path.join(options.bin, program), *args], capture_output=True, text=True, timeout=60, cwd=HERE)

    def check(what, found, wanted):
        if found != wanted:
            failures.append(f"{what}: wanted {wanted!r}, found {found!r}")

    folder = tempfile.TemporaryDirectory()
    classes = os.path.join(folder.name, "classes")
    outcome = run("vmc", "http.skua", "http_server.skua", "demo.skua", "endpoints.skua", "fetch.skua", "routes.skua", "-o", classes)
    check("compiling", outcome.stdout + outcome.stderr, "")
    outcome = run("vmc", "test", *plugin, "http_test.skua")
    check("tests: " + outcome.stdout + outcome.stderr, outcome.returncode, 0)

    def start(*args, allow=("net:127.0.0.1",), more=()):
        return [os.path.join(options.bin, "vmrun"), *plugin, *("--allow=" + a for a in allow), *more, "--class-path", classes, *args]

    outcome = run(*["vmrun"], *start("routes")[1:])
    check("routes", outcome.stdout + outcome.stderr, ROUTES)
    outcome = run("vmrun", *start("routes", allow=())[1:])
    check("listening not granted", (outcome.returncode, "net of '127.0.0.1:0' was not granted" in outcome.stderr), (70, True))

    # ---- the server
    server = subprocess.Popen(start("endpoints"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=HERE)
    server.stderr.readline()
    # Standard output is a pipe, and written at the end: the port is asked of the system.
    port = listening_port(server.pid)

    def ask(method, path, body=None, headers={}, connection=None):
        own = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        own.request(method, path, body, headers)
        answer = own.getresponse()
        text = answer.read()
        if connection is None:
            own.close()
        return answer.status, text.decode("utf-8"), answer

    def raw(data, limit=10):
        with socket.create_connection(("127.0.0.1", port), timeout=limit) as link:
            found = b""
            try:
                link.sendall(data)
                while part := link.recv(65536):
                    found += part
            except ConnectionError:
                pass  # it has said enough
            return found

    kept = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    check("hello", ask("GET", "/hello/J%C3%B6rg", connection=kept)[:2], (200, "Hello, Jörg!"))
    check("on the same connection", ask("GET", "/client", connection=kept)[:2], (200, "127.0.0.1"))
    check("head", ask("HEAD", "/hello/x")[:2], (200, ""))
    check("length of head", ask("HEAD", "/hello/x")[2].getheader("Content-Length"), "9")
    status, text, answer = ask("POST", "/echo", b"\x00\x01abc", {"Content-Type": "x/y"})
    check("echo", (status, text, answer.getheader("Content-Type"), answer.getheader("X-Length")), (200, "\0\1abc", "x/y", "5"))
    check("in chunks", ask("POST", "/echo", iter([b"one ", b"two"]), {"Content-Type": "x/y"})[1], "one two")
    check("query", ask("GET", "/query?a=1&b=%20c")[1], "[a: 1, b:  c]")
    check("bad query", ask("GET", "/query?a=%")[0], 400)
    check("large answer", len(ask("GET", "/big/3000000")[1]), 3000000)
    check("too large", ask("POST", "/echo", b"x" * 100001)[0], 413)
    check("too large, in chunks", ask("POST", "/echo", iter([b"x" * 60000] * 2))[0], 413)
    check("as large as may be", len(ask("POST", "/echo", b"x" * 100000)[1]), 100000)
    check("failing", ask("GET", "/fail")[:2], (500, "this did not work; it is the server's fault\n"))
    check("refusing", ask("GET", "/refuse")[:2], (418, "a teapot\n"))
    check("bad header", (ask("GET", "/bad-header")[0], ask("GET", "/bad-header")[2].getheader("Evil")), (500, None))
    check("none", ask("GET", "/none")[:2], (204, ""))
    check("moved", (ask("GET", "/moved")[0], ask("GET", "/moved")[2].getheader("Location")), (301, "/hello/again"))
    check("json", ask("POST", "/json", '{"a": [1, 2]}')[1], "[1,2]")
    check("bad json", ask("POST", "/json", '{"a": ')[0], 400)
    check("other method", (ask("PUT", "/none")[0], ask("PUT", "/none")[2].getheader("Allow")), (405, "GET"))
    check("stream", ask("GET", "/stream/3")[1], "piece 2\npiece 1\npiece 0\n")
    check("long stream", len(ask("GET", "/stream/2000")[1].splitlines()), 2000)
    check("Latin-1", "X: caf\u00e9" in ask("GET", "/headers", headers={"X": "caf\u00e9".encode("latin-1")})[1], True)
    try:
        ask("GET", "/broken")
        failures.append("a broken stream was read to its end")
    except http.client.IncompleteRead as e:
        check("broken stream", e.partial, b"beginning")
    check("nonsense", raw(b"nonsense\r\n\r\n")[:12] in (b"HTTP/1.1 400", b""), True)
    check("long headers", raw(b"GET /none HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 100000 + b"\r\n\r\n")[9:12] in (b"431", b"413", b"414", b"400"), True)
    # Clients that leave in the middle, of an endless stream as well.
    for request in (b"GET /endless HTTP/1.1\r\nHost: x\r\n\r\n", b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc", b"GET /he"):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as link:
            link.sendall(request)
            if b"endless" in request:
                link.recv(300000)
    # More connections than it takes, of which most say nothing: they are turned away, and the server lives on.
    crowd = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(40)]
    time.sleep(0.1)
    for link in crowd:
        link.close()
    time.sleep(0.1)
    kept.close()
    check("afterwards", ask("GET", "/hello/again")[1], "Hello, again!")

    def fetch(*steps, allow=("net:127.0.0.1",), more=()):
        outcome = subprocess.run(start("fetch", *steps, allow=allow, more=more), capture_output=True, text=True, timeout=60, cwd=HERE)
        if outcome.returncode != 0:
            return outcome.stdout + f"exit code {outcome.returncode}\n" + outcome.stderr
        return outcome.stdout

    ours = f"http://127.0.0.1:{port}"
    check("both", fetch(f"GET {ours}/moved", f"POST {ours}/echo abc", f"JSON {ours}/json {{\"a\":7}}", f"GET {ours}/fail", f"JSON {ours}/json x",
                        f"DOWNLOAD {ours}/big/1000000", f"GET {ours}/stream/2"),
          "200 text/plain; charset=utf-8 Hello, again!\n200 text/plain; charset=utf-8 abc\n7\n"
          "500 text/plain; charset=utf-8 this did not work; it is the server's fault\n\n"
          f"StatusError 400: {ours}/json answered with status 400: the body is not JSON: 1:1: expected a value, found 'x'\n"
          "200 downloaded 1000000 in parts: true, 0 left\n200 text/plain piece 1\npiece 0\n\n")
    check("stopping", ask("POST", "/stop")[1], "bye")
    out, err = server.communicate(timeout=10)
    wanted = [str(port), "failed at /fail: on purpose", *["failed at reply: the header 'X' has a value that cannot be sent"] * 2,
              "failed at stream: the middle is missing", "failed at /fail: on purpose", "stopped"]
    check("what the server says", (server.returncode, out.splitlines(), err), (0, wanted, ""))

    # ---- the client
    odd, second = (Listener(("127.0.0.1", 0), Odd) for _ in range(2))
    for one in (odd, second):
        threading.Thread(target=one.serve_forever, daemon=True).start()
    a, b = odd.server_address[1], second.server_address[1]
    url = f"http://127.0.0.1:{a}"
    both = (f"net:127.0.0.1:{a}", f"net:127.0.0.1:{b}")
    for steps, wanted in (
            ((f"GET {url}/echo", f"PUT {url}/echo abc", f"HEAD {url}/echo", f"PATCH {url}/echo x", f"GET {url}/nowhere"),
             "200 text/plain GET - secret \n200 text/plain PUT text/plain; charset=utf-8 secret abc\n200 text/plain \n"
             "200 text/plain PATCH text/plain; charset=utf-8 secret x\n404 text/plain no such page\n"),
            ((f"GET {url}/relative/x", f"POST {url}/to/302/{a}/echo abc", f"POST {url}/to/307/{a}/echo abc", f"PUT {url}/to/303/{a}/echo abc"),
             "200 text/plain GET - secret \n200 text/plain GET - secret \n200 text/plain POST text/plain; charset=utf-8 secret abc\n"
             "200 text/plain GET - secret \n"),
            # What is secret stays with the server that it was meant for.
            ((f"GET {url}/to/302/{b}/echo", f"GET {url}/circle", f"GET {url}/file"),
             f"200 text/plain GET - - \nHttpError: {url}/circle led to more than 5 redirects, the last to {url}/circle\n"
             "HttpError: " + f"{url}/file"),
            ((f"GET {url}/gzip", f"GET {url}/bomb", f"GET {url}/large"),
             "200 text/plain " + "packed " * 20 + f"\nTooLargeError: the answer of {url}/bomb has more than 200000 bytes; allow more with maxBody, or use "
             f"`download`\nTooLargeError: the answer of {url}/large has more than 200000 bytes; allow more with maxBody, or use `download`\n"),
            ((f"DOWNLOAD {url}/large", f"BREAK {url}/large", f"GET {url}/echo"),
             "200 downloaded 1000000 in parts: true, 0 left\nStateError: enough after true\n200 text/plain GET - secret \n"),
            ((f"GET {url}/slow", "GET http://127.0.0.1:1/"), "TimeoutError\nConnectionError\n"),
            ((f"GET {url}/latin",), f"HttpError: the answer of {url}/latin is not UTF-8 text; take its body\n")):
        found = fetch(*steps, allow=(*both, "net:127.0.0.1:1"))
        if wanted.endswith("/file"):  # how libcurl says it is its matter
            check("redirect to a file: " + found, found.startswith(wanted) or "file:///etc/passwd' is no URL" in found, True)
        else:
            check(" ".join(steps), found, wanted)
    found = fetch(f"GET {url}/headers")
    check("endless headers: " + found[:200], found.startswith(f"HttpError: {url}/headers: "), True)
    check("short", fetch(f"GET {url}/short").startswith(f"HttpError: {url}/short: "), True)
    check("not granted", fetch(f"GET {url}/echo", allow=(both[1],)), f"refused: net of '127.0.0.1:{a}' was not granted; run with --allow=net:127.0.0.1:{a}\n")
    check("redirect not granted", fetch(f"GET {url}/to/302/{b}/echo", allow=(both[0],)),
          f"refused: net of '127.0.0.1:{b}' was not granted; run with --allow=net:127.0.0.1:{b}\n")
    check("other spelling", fetch(f"GET http://0x7f.1:{a}/echo", allow=(both[0],)), "200 text/plain GET - secret \n")
    os.environ["http_proxy"] = "http://127.0.0.1:1"
    check("proxy of the environment", fetch(f"GET {url}/echo", allow=(both[0],)), "200 text/plain GET - secret \n")
    found = fetch(f"GET {url}/slow", more=("--timeout=0.5",))
    check("time limit: " + found, "exit code 70" in found and "LimitError" in found, True)

    # TLS: whom the system does not trust, the client does not either, unless told.
    pem = os.path.join(HERE, "127.0.0.1.pem")
    safe = Listener(("127.0.0.1", 0), Odd)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    safe.socket = context.wrap_socket(safe.socket, server_side=True)
    threading.Thread(target=safe.serve_forever, daemon=True).start()
    secure = f"https://127.0.0.1:{safe.server_address[1]}"
    check("no trust", fetch(f"GET {secure}/echo"), "ConnectionError\n")
    trust = (f"trust {pem}", f"GET {secure}/echo", f"GET {secure}/to/302/{a}/echo")
    check("trust", fetch(*trust, allow=("net:127.0.0.1", "fs.read:" + pem)), "200 text/plain GET - secret \n"
          f"HttpError: {secure}/to/302/{a}/echo redirects from https to http://127.0.0.1:{a}/echo, which is not followed\n")
    for one in (odd, second, safe):
        one.shutdown()
    if failures:
        sys.exit("\n".join(failures))


def with_children(pid):
    """A process and those that it has started, by number: an isolated plugin has one of its own."""
    found = [pid]
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as stat:
                parent = int(stat.read().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue  # it has ended
        if parent == pid:
            found.append(int(name))
    return found


def listening_port(pid):
    """The port of the socket at which a process or its plugin listens, as /proc tells."""
    sockets = set()
    for process in with_children(pid):
        for fd in os.listdir(f"/proc/{process}/fd"):
            try:
                sockets.add(os.readlink(f"/proc/{process}/fd/{fd}"))
            except OSError:
                pass
    with open("/proc/net/tcp", encoding="ascii") as table:
        for line in list(table)[1:]:
            words = line.split()
            if words[3] == "0A" and f"socket:[{words[9]}]" in sockets:
                return int(words[1].split(":")[1], 16)
    raise RuntimeError("the server does not listen")


main()
