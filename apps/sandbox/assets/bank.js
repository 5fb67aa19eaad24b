// The bank's panel: the payments that it has, what becomes of each, and money that comes in.
import { button, clock, covered, element } from "./parts.js";
import { word } from "./words.js";

const POLL_MS = 1500;
const SHOWN_MAX = 20;
const FINAL = ["ACSC", "ACCC", "RJCT", "CANC"];

const post = (path, body) => fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

// One payment, with what can still become of it.
function payment(one, changed) {
  const set = (change) => async () => {
    await post(`/sandbox/bank/transfers/${one.reference}/status`, change).catch(() => null);
    changed();
  };
  const choices = FINAL.includes(one.status) ? [] : [
    button({ textContent: word("settle") }, set({ status: "ACSC", booked: true })),
    button({ className: "quiet", textContent: word("refuse") }, set({ status: "RJCT", reason: { code: "AC06", text: "BlockedAccount" } })),
  ];
  return element("li", { className: "payment" },
    element("strong", { textContent: `${one.amount} ${one.currency}` }),
    element("span", { className: "state", textContent: one.status, title: word(`bank_${one.status}`) ?? one.status }),
    element("small", { textContent: [clock(one.at), covered(one.creditor.account), one.concept].filter(Boolean).join(" · ") }),
    ...(choices.length ? [element("div", { className: "faults" }, ...choices)] : []));
}

export function bank(panel, list, form, told) {
  let shown = "";
  const show = async () => {
    const answer = await fetch("/sandbox/bank/transfers").catch(() => null);
    if (!answer?.ok) return;
    const all = (await answer.json()).slice(-SHOWN_MAX).reverse();
    const now = JSON.stringify(all);
    // What is under the pointer or the focus stays, unless something has changed.
    if (now === shown) return;
    shown = now;
    list.replaceChildren(...(all.length ? all.map((one) => payment(one, show)) : [element("li", { className: "hint", textContent: word("bankNone") })]));
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { account, amount } = Object.fromEntries(new FormData(form));
    const answer = await post("/sandbox/bank/entries", { creditor_account: account.replaceAll(" ", ""), amount: amount.replaceAll(",", ""), counterparty: { name: "Cliente de otro banco" } }).catch(() => null);
    told.textContent = word(answer?.ok ? "booked" : "notBooked");
  });
  panel.addEventListener("toggle", show);
  document.addEventListener("language", () => {
    shown = "";
    told.textContent = "";
    show();
  });
  setInterval(() => { if (panel.open) show(); }, POLL_MS);
}
