// The traffic: one line for each message with its calls, its webhook and its statuses, newest first. Codes and long
// numbers are covered until they are clicked; secrets are never shown.
import { personOf } from "./ideas.js";
import { clockWithSeconds, covered, coveredNodes, element } from "./parts.js";
import { word } from "./words.js";

const POLL_MS = 800;
const SHOWN_MAX = 60;
const SECRET = /token|secret|password|authorization/i;
const NAMES = { twilio: "Twilio", meta: "Meta", telegram: "Telegram", smtp: "SMTP", bank: "Bank" };

// Hides every field with the name of a secret, at any depth.
function withoutSecrets(value, name = "") {
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, name));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutSecrets(item, key)]));
  }
  return SECRET.test(name) && value !== null ? "••••••" : value;
}

const isBad = (line) => line.status >= 400 || line.status === 0 || Boolean(line.fault);

// What a line is about: the words of its message, or what it asks for.
function saying({ provider, operation, body }) {
  if (!body) return (provider === "bank" && word(`bank_${operation}`)) || "";
  const value = body.entry?.[0]?.changes?.[0]?.value;
  const inbound = value?.messages?.[0];
  const update = body.message ?? body.edited_message;
  return body.Body || body.ContentSid || inbound?.text?.body || inbound?.interactive?.button_reply?.title || inbound?.interactive?.list_reply?.title
    || (inbound && inbound.type) || body.text?.body || body.interactive?.body?.text || body.template?.name
    || update?.text || (update?.contact && word("contact")) || body.callback_query?.data || (provider === "telegram" && body.text)
    || (provider === "bank" && (body.data ?? body).amount && `${(body.data ?? body).amount} ${(body.data ?? body).currency}`)
    || (provider === "bank" && word(`bank_${operation}`))
    || body.subject || word(operation) || "";
}

// The statuses in their order. They may arrive in another one.
const STATES = ["queued", "sent", "delivered", "read", "undelivered", "failed"];

// The status that a line reports of its message, or null.
function stateOf({ body, operation }) {
  const status = body?.MessageStatus ?? body?.entry?.[0]?.changes?.[0]?.value?.statuses?.[0]?.status;
  return status ?? (operation === "read" ? "read" : null);
}

const isStatus = (line) => stateOf(line) !== null || line.operation === "sendChatAction" || line.operation === "answerCallbackQuery";

class Group {
  #state = null;
  #lines = [];

  constructor() {
    this.summary = element("summary");
    this.body = element("div", { className: "calls" });
    this.node = element("li", {}, element("details", {}, this.summary, this.body));
  }

  get phone() {
    return this.#lines.find((line) => line.phone)?.phone ?? null;
  }

  get provider() {
    return this.#lines[0].provider;
  }

  add(line) {
    this.#lines.push(line);
    const state = stateOf(line);
    if (STATES.indexOf(state) > STATES.indexOf(this.#state)) this.#state = state;
    const arrow = line.direction === "webhook" ? "→ API" : "API →";
    const head = element("p", { className: isBad(line) ? "call bad" : "call" },
      `${clockWithSeconds(line.at)} ${arrow} ${line.method} `, ...coveredNodes(line.path), ` · ${line.status || "—"}${line.fault ? ` (${line.fault})` : ""}`);
    this.body.append(head, element("pre", {}, ...coveredNodes(JSON.stringify(withoutSecrets(line.body), null, 2) ?? "")));
    this.speak();
  }

  speak() {
    const first = this.#lines.find((line) => !isStatus(line)) ?? this.#lines[0];
    const bad = this.#lines.find(isBad);
    const name = personOf(this.phone)?.name;
    const provider = NAMES[first.provider] ?? first.provider;
    const who = this.phone ? [name, covered(this.phone)].filter(Boolean).join(" ") : provider;
    const isFromPerson = first.direction === "webhook" && stateOf(first) === null;
    const arrow = element("span", { className: "direction", textContent: isFromPerson ? "←" : "→", title: word(isFromPerson ? "fromPerson" : "toPerson") });
    const shown = bad ?? first;
    this.summary.replaceChildren(
      element("time", { textContent: clockWithSeconds(first.at) }), arrow,
      element("strong", { className: "who", textContent: who }),
      element("span", { className: bad ? "status bad" : "status", textContent: `${shown.fault ? `${shown.fault} ` : ""}${shown.status || "—"}` }),
      element("span", { className: "saying", textContent: covered(String(saying(first))) }),
      element("small", { className: "how", textContent: [provider, this.#state && (word(`status_${this.#state}`) ?? this.#state), word("calls")(this.#lines.length)].filter(Boolean).join(" · ") }));
  }
}

export function watch(list) {
  let since = 0;
  let life = null;
  const groups = new Map();
  const clear = () => {
    groups.clear();
    list.replaceChildren();
    since = 0;
  };
  const groupOf = (line) => {
    let key = line.message ? `${line.provider} ${line.message}` : `line ${line.seq}`;
    if (line.operation === "sendChatAction") {
      const same = [...groups].reverse().find(([, group]) => group.provider === line.provider && group.phone === line.phone);
      key = same?.[0] ?? key;
    }
    if (!groups.has(key)) {
      const group = new Group();
      groups.set(key, group);
      list.prepend(group.node);
    }
    return groups.get(key);
  };
  const poll = async () => {
    try {
      const answer = await fetch(`/sandbox/wire?since=${since}`);
      if (answer.ok) {
        const news = await answer.json();
        if (life !== null && life !== news.life) clear();
        else {
          news.lines.forEach((line) => groupOf(line).add(line));
          since = news.seq;
        }
        life = news.life;
      }
      for (const [key, group] of groups) {
        if (groups.size <= SHOWN_MAX) break;
        groups.delete(key);
        group.node.remove();
      }
    } catch {
      // The sandbox may be restarting; try again at the next poll.
    }
    setTimeout(poll, POLL_MS);
  };
  document.addEventListener("language", () => groups.forEach((group) => group.speak()));
  poll();
}
