// The traffic log: every call to a provider and every webhook from one, newest first, without secrets.
import { element } from "./parts.js";

const POLL_MS = 800;
const SHOWN_MAX = 40;
const SECRET = /code|token|secret|password/i;

const NAMES = { twilio: "Twilio", meta: "Meta", telegram: "Telegram", smtp: "SMTP" };

// Hides every field with the name of a secret, at any depth. The code of a language is not a secret.
function cover(value, name = "") {
  if (Array.isArray(value)) return value.map((item) => cover(item));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, name === "language" ? item : cover(item, key)]));
  }
  return SECRET.test(name) && value !== null ? "••••••" : value;
}

// The word that describes a line: a status, or a kind of message or update.
function about({ body }) {
  const value = body?.entry?.[0]?.changes?.[0]?.value;
  const update = Object.keys(body ?? {}).find((key) => body.update_id && key !== "update_id");
  return body?.MessageStatus ?? value?.statuses?.[0]?.status ?? value?.messages?.[0]?.type ?? update ?? body?.type ?? "";
}

function line(request, direction) {
  const isBad = request.status >= 400 || request.status === 0 || request.fault;
  const summary = element("summary", {},
    element("span", { className: "direction", textContent: direction === "in" ? "→ API" : "API →" }),
    element("span", { className: "what" }, element("strong", { textContent: NAMES[request.provider] ?? request.provider }),
      ` ${request.operation}${request.fault ? ` (${request.fault})` : ""} `, element("small", { textContent: about(request) })),
    element("span", { className: isBad ? "status bad" : "status", textContent: request.status || "—" }));
  const text = `${request.method} ${request.path}\n${JSON.stringify(cover(request.body), null, 2)}`;
  return element("li", {}, element("details", {}, summary, element("pre", { textContent: text })));
}

export function watch(list) {
  let since = 0;
  const poll = async () => {
    try {
      const [requests, webhooks] = await Promise.all(["requests", "webhooks"].map(async (name) => {
        const answer = await fetch(`/sandbox/${name}?since=${since}`);
        return answer.ok ? answer.json() : [];
      }));
      const all = [...requests.map((r) => [r, "out"]), ...webhooks.map((r) => [r, "in"])];
      all.sort(([a], [b]) => a.seq - b.seq);
      for (const [request, direction] of all) {
        since = Math.max(since, request.seq);
        list.prepend(line(request, direction));
      }
      while (list.childElementCount > SHOWN_MAX) list.lastElementChild.remove();
    } catch {
      // The sandbox may be restarting; try again at the next poll.
    }
    setTimeout(poll, POLL_MS);
  };
  poll();
}
