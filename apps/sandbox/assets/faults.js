// The fault panel: one button for each fault of the chosen provider.
import { button } from "./parts.js";
import { word } from "./words.js";

const once = { times: 1 };
const FAULTS = {
  twilio: [
    ["dropReply", { operation: "messages", kind: "drop_reply", ...once }],
    ["tooMany", { operation: "messages", kind: "status", status: 429, body: { code: 20429, message: "Too Many Requests", status: 429 }, times: 2 }],
    ["slow", { operation: "messages", kind: "delay", delay_ms: 3000, ...once }],
    ["refused", { operation: "messages", kind: "status", status: 400, body: { code: 63024, message: "Invalid message recipient", status: 400 }, ...once }],
    ["noCode", { operation: "verify.start", kind: "status", status: 500, body: { code: 20500, message: "Internal Server Error", status: 500 }, ...once }],
  ],
  meta: [
    ["dropReply", { operation: "send", kind: "drop_reply", ...once }],
    ["tooMany", { operation: "send", kind: "status", status: 429, body: { error: { message: "(#130429) Rate limit hit", type: "OAuthException", code: 130429 } }, times: 2 }],
    ["slow", { operation: "send", kind: "delay", delay_ms: 3000, ...once }],
    ["refused", { operation: "send", kind: "status", status: 400, body: { error: { message: "(#131026) Message undeliverable", type: "OAuthException", code: 131026 } }, ...once }],
  ],
  telegram: [
    ["dropReply", { operation: "send", kind: "drop_reply", ...once }],
    ["tooMany", { operation: "send", kind: "status", status: 429, body: { ok: false, error_code: 429, description: "Too Many Requests: retry after 1", parameters: { retry_after: 1 } }, times: 2 }],
    ["slow", { operation: "send", kind: "delay", delay_ms: 3000, ...once }],
    ["refused", { operation: "send", kind: "status", status: 400, body: { ok: false, error_code: 400, description: "Bad Request: chat not found" }, ...once }],
  ],
  smtp: [
    ["dropReply", { operation: "send", kind: "drop_reply", ...once }],
    ["busy", { operation: "send", kind: "status", status: 450, times: 2 }],
    ["slow", { operation: "send", kind: "delay", delay_ms: 3000, ...once }],
    ["refused", { operation: "send", kind: "status", status: 550, ...once }],
  ],
  bank: [
    ["dropReply", { operation: "transfer", kind: "drop_reply", ...once }],
    ["unavailable", { operation: "transfer", kind: "status", status: 503, ...once }],
    ["slow", { operation: "transfer", kind: "delay", delay_ms: 3000, ...once }],
    ["noToken", { operation: "token", kind: "status", status: 401, body: { error: "invalid_client" }, times: 2 }],
    ["notFound", { operation: "status", kind: "status", status: 404, ...once }],
  ],
};

export function tray(root, armed, victim) {
  const show = async () => {
    const answer = await fetch("/sandbox/faults").catch(() => null);
    const count = answer?.ok ? (await answer.json()).length : 0;
    armed.textContent = count ? word("armed")(count) : word("armedNone");
  };
  const set = async (fault) => {
    await fetch("/sandbox/faults", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(fault) });
    show();
  };
  const clear = async () => {
    await fetch("/sandbox/faults", { method: "DELETE" });
    show();
  };
  const offer = () => {
    const faults = FAULTS[victim.value].map(([name, fault]) =>
      button({ textContent: word(name) }, () => set({ provider: victim.value, ...fault })));
    root.replaceChildren(...faults, button({ className: "quiet", textContent: word("clear") }, clear));
  };
  victim.addEventListener("change", offer);
  document.addEventListener("language", () => {
    offer();
    show();
  });
  setInterval(show, 2000);
  offer();
  show();
}
