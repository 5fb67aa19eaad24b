// The tray: faults to order, one tap each.
import { word } from "./words.js";

const FAULTS = [
  ["dropReply", { provider: "twilio", operation: "messages", kind: "drop_reply", times: 1 }],
  ["tooMany", { provider: "twilio", operation: "messages", kind: "status", status: 429, body: { code: 20429, message: "Too Many Requests", status: 429 }, times: 2 }],
  ["slow", { provider: "twilio", operation: "messages", kind: "delay", delay_ms: 3000, times: 1 }],
  ["noCode", { provider: "twilio", operation: "verify.start", kind: "status", status: 500, body: { code: 20500, message: "Internal Server Error", status: 500 }, times: 1 }],
];

export function tray(root, armed) {
  const show = async () => {
    const answer = await fetch("/sandbox/faults").catch(() => null);
    const count = answer?.ok ? (await answer.json()).length : 0;
    armed.textContent = count ? word("armed")(count) : word("armedNone");
  };
  const button = (name, act) => {
    const node = Object.assign(document.createElement("button"), { type: "button", textContent: word(name) });
    node.dataset.word = name;
    node.addEventListener("click", async () => {
      await act();
      show();
    });
    return node;
  };
  const order = (fault) => () => fetch("/sandbox/faults", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(fault) });
  root.append(...FAULTS.map(([name, fault]) => button(name, order(fault))), button("clear", () => fetch("/sandbox/faults", { method: "DELETE" })));
  document.addEventListener("language", show);
  setInterval(show, 2000);
  show();
}
