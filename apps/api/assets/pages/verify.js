// The verification page, once scripts run: steps without a reload, and news as it comes. The server writes
// every face of the page; here its main part is exchanged.
import "./otp-input.js";
import "./resend-button.js";
import "./countdown-ring.js";

const POLL_MS = 2500;
const BACK_AFTER_MS = 4000;
const main = () => document.getElementById("page");
const said = document.getElementById("said");
const base = location.pathname;
let busy = false;

/** The page's own address, in the language that was switched to. */
function address() {
  const lang = new URLSearchParams(location.search).get("lang");
  return lang ? `${base}?lang=${encodeURIComponent(lang)}` : base;
}

/** Shows the page as the server writes it at that address. */
async function show(at) {
  const response = await fetch(at, { headers: { Accept: "text/html" }, cache: "no-store" });
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const next = fresh.getElementById("page");
  if (!next) return location.reload();
  document.title = fresh.title;
  main().replaceWith(document.adoptNode(next));
  arrive();
}

/** Puts the reader where the page goes on. */
function arrive() {
  const page = main();
  const field = page.querySelector("otp-input, input:not([type=hidden])");
  (field ?? page.querySelector("h1"))?.focus();
  history.replaceState(null, "", address());
  const back = page.querySelector("[data-back]");
  if (back) {
    const soon = page.querySelector("[data-when-live]");
    if (soon) soon.textContent = soon.dataset.whenLive;
    // Not before the success was read out.
    setTimeout(() => location.assign(back.href), BACK_AFTER_MS);
  }
}

async function step(form, submitter) {
  if (busy) return;
  busy = true;
  main().setAttribute("aria-busy", "true");
  try {
    const body = new URLSearchParams(new FormData(form, submitter));
    const response = await fetch(form.action, { method: "POST", headers: { Accept: "application/json" }, body });
    await show(response.ok ? (await response.json()).page : address());
  } catch {
    // The line is gone: the form goes the plain way, and the browser says what is wrong.
    form.removeAttribute("data-live");
    form.requestSubmit(submitter);
  } finally {
    busy = false;
    main().removeAttribute("aria-busy");
  }
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-live]")) return;
  event.preventDefault();
  step(event.target, event.submitter);
});

document.addEventListener("otp-complete", (event) => event.target.form?.requestSubmit());

document.addEventListener("countdown-level", (event) => {
  if (event.detail.level === "calm") return;
  said.textContent = event.target.getAttribute("aria-label");
  if (event.detail.level === "over") look();
});

/** Asks how far it has come: what has become of the code, and whether the page is another by now. */
async function look() {
  const { phase } = main().dataset;
  if (busy || document.hidden || ["approved", "taken", "closed"].includes(phase)) return;
  const query = new URL(address(), location.href).search;
  let state;
  try {
    const response = await fetch(`${base}/state${query}`, { cache: "no-store" });
    if (!response.ok) return;
    state = await response.json();
  } catch {
    return; // Asked again in a moment.
  }
  if (busy || main().dataset.phase !== phase) return;
  const isChanging = phase === "number" && state.phase !== "closed" && state.phase !== "approved";
  if (state.phase !== phase && !isChanging) return show(address());
  const line = main().querySelector("[data-delivery]");
  if (line && state.delivery && line.textContent !== state.delivery.text) {
    line.textContent = state.delivery.text;
    line.className = `delivery ${state.delivery.status}`;
    said.textContent = state.delivery.text;
  }
}

setInterval(look, POLL_MS);
document.addEventListener("visibilitychange", look);
arrive();
