"""What we send Twilio, and what the sandbox answers, against Twilio's own OpenAPI files.

    python3 .ci/twilio_oas.py FOLDER      # twilio_api_v2010_messages.json, twilio_verify_v2.json, twilio_lookups_v2.json

Prism (npm, @stoplight/prism-cli) stands as a proxy between the server and the sandbox and turns every
violation of either side into an error. Then a person writes, gets a code, asks for the balance, and a team
verifies a number: all of it must work through the proxies, and none may have complained.
"""
import json, os, re, signal, socket, subprocess, sys, tempfile, time, urllib.error, urllib.request

FOLDER = sys.argv[1]
FILES = {"API": "twilio_api_v2010_messages.json", "VERIFY": "twilio_verify_v2.json", "LOOKUPS": "twilio_lookups_v2.json"}
DEMO = "+521234567890"
started = []


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start(command, log, **env):
    process = subprocess.Popen(command, env={**os.environ, **env}, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
    started.append(process)


def call(method, url, body=None, token=None):
    headers = {"Content-Type": "application/json", **({"Authorization": "Bearer " + token} if token else {})}
    request = urllib.request.Request(url, data=json.dumps(body).encode() if body is not None else None, method=method, headers=headers)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as e:
        return e.code, json.loads(e.read() or b"null")


def until(what, work, seconds=90):
    end = time.time() + seconds
    while time.time() < end:
        try:
            found = work()
            if found:
                return found
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit(f"waited in vain for {what}")


def listening(port):
    return lambda: socket.create_connection(("127.0.0.1", port), 1).close() or True


def main():
    folder = tempfile.mkdtemp(prefix="oas-")
    # Installed first, once: three at a time would race for the package cache.
    subprocess.run(["npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", folder, "@stoplight/prism-cli@5"], check=True, stdout=subprocess.DEVNULL)
    prism = os.path.join(folder, "node_modules", ".bin", "prism")
    api, world = free_port(), free_port()
    secrets = {"APP_ENV": "development", "TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "t" * 32, "VERIFY_SERVICE_SID": "VA" + "0" * 32,
               "TWILIO_WHATSAPP_FROM": "whatsapp:+14155238886", "TWILIO_SMS_FROM": "+14155238887", "PUBLIC_BASE_URL": f"http://127.0.0.1:{api}"}
    binary = os.path.abspath("target/debug/ventanilla")
    start([binary + "-sandbox"], subprocess.DEVNULL, SANDBOX_BIND_ADDRESS=f"127.0.0.1:{world}", **secrets)
    bases, logs = {}, []
    for name, file in FILES.items():
        port = free_port()
        log = open(os.path.join(folder, name + ".log"), "w+")
        logs.append((name, log))
        start([prism, "proxy", "--errors", "-h", "127.0.0.1", "-p", str(port), os.path.abspath(os.path.join(FOLDER, file)), f"http://127.0.0.1:{world}/twilio"], log)
        bases[f"TWILIO_{name}_BASE_URL"] = f"http://127.0.0.1:{port}"
        until(f"the proxy for {name}", listening(port))
    server = dict(secrets, **bases, BIND_ADDRESS=f"127.0.0.1:{api}", SANDBOX="off", DATABASE_URL=f"sqlite://{folder}/v.db", JWT_SECRET="j" * 48, HMAC_SECRET="h" * 48,
                  ENCRYPTION_KEY="e" * 48, OTP_RESEND_COOLDOWN_SECONDS="0")
    start([binary, "serve"], subprocess.DEVNULL, **server)
    base, sandbox = f"http://127.0.0.1:{api}", f"http://127.0.0.1:{world}/sandbox"
    until("the server", lambda: call("GET", base + "/health/ready")[0] == 200)
    token = subprocess.run([binary, "token"], env={**os.environ, **server}, capture_output=True, text=True, check=True).stdout.strip()

    def phone(number):
        return call("GET", f"{sandbox}/phones/{number}/messages")[1]

    def say(text):
        return call("POST", f"{sandbox}/phones/{DEMO}/messages", {"provider": "twilio", "body": text})

    def code_on(number):
        return next((found.group(1) for m in phone(number) if (found := re.search(r"(?<!\d)(\d{6})(?!\d)", m["body"]))), None)

    say("saldo")
    code = until("the code", lambda: code_on(DEMO))
    say("000000" if code != "000000" else "111111")
    until("the answer to a wrong code", lambda: any("incorrecto" in m["body"] for m in phone(DEMO)))
    say(code)
    until("the balance", lambda: any("1000.00 MXN" in m["body"] for m in phone(DEMO)))
    other = "+525512345678"
    status, sent = call("POST", base + "/api/v1/verify/send", {"phone": other}, token)
    assert status == 200, sent
    status, checked = call("POST", base + "/api/v1/verify/check", {"id": sent["id"], "code": until("its code", lambda: code_on(other))}, token)
    assert status == 200 and checked["approved"], checked
    calls = call("GET", sandbox + "/requests")[1]
    seen = {c["operation"] for c in calls}
    assert {"messages.whatsapp", "verify.start", "verify.check", "lookup"} <= seen, seen
    bad = []
    for name, log in logs:
        log.seek(0)
        # At its start the proxy lists its routes, with made-up values in their paths ("…/Fields/error/…"): no complaints.
        told = [line for line in log if not re.search(r"\[CLI\].*\b(GET|POST|PUT|PATCH|DELETE)\b", line)]
        bad += [f"{name}: {line.strip()}" for line in told if re.search(r"violation|error|✖", line, re.I)]
    print(f"{len(calls)} calls through the proxies, {len(bad)} complaints")
    print("\n".join(bad[:20]))
    return 1 if bad else 0


try:
    code = main()
finally:
    for process in reversed(started):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
sys.exit(code)
