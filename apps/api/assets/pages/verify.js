// The verification page, when scripts run: steps without a reload, and delivery reports as they come. The
// server renders every state of the page; this script replaces its main part.
import "./otp-input.js";
import "./resend-button.js";
import "./countdown-ring.js";

const POLL_MS = 2500;
const BACK_AFTER_MS = 4000;
/** Seconds by which a countdown may be wrong: it stands still while a phone sleeps. */
const DRIFT_MAX = 2;
/** Phases after which nothing more comes. */
const ENDS = ["approved", "taken", "closed"];
/** Notes after which the code was not checked: it stays in its boxes. */
const UNREAD = ["malformed", "tries", "unavailable"];

const main = () => document.getElementById("page");
const said = document.getElementById("said");
/** The texts that the server gave to this script. */
const words = (name) => document.querySelector(`meta[name="say-${name}"]`)?.content ?? "";
const read = (html) => new DOMParser().parseFromString(html, "text/html");

/** True while a step is running. */
let isBusy = false;
/** True while the state is being requested. */
let isLooking = false;
/** True while the outcome of the last step is not known. */
let isLost = false;
/** Counts the replacements of the page: of two at once, the later one wins. */
let turns = 0;

/** The address of the page, in the chosen language, with or without a note. */
function address(note) {
  const query = new URLSearchParams(location.search);
  query.delete("change");
  for (const [key, value] of Object.entries(note ?? {})) query.set(key, value);
  const tail = query.toString();
  return tail === "" ? location.pathname : `${location.pathname}?${tail}`;
}

/** Shows the page that the server renders at that address. */
async function show(at) {
  const turn = turns += 1;
  const response = await fetch(at, { headers: { Accept: "text/html" }, cache: "no-store" });
  const fresh = read(await response.text());
  if (response.status >= 500 || !fresh.getElementById("page")) throw new Error(response.statusText);
  if (turn === turns) put(fresh, at);
}

function put(fresh, at) {
  document.title = fresh.title;
  for (const part of ["main", "footer"]) document.querySelector(part).replaceWith(document.adoptNode(fresh.querySelector(part)));
  said.textContent = "";
  arrive(at);
}

/** Moves the focus to where the page goes on. */
function arrive(at) {
  const page = main();
  const field = page.querySelector("otp-input, input:not([type=hidden])");
  (field ?? page.querySelector("h1"))?.focus();
  // A note is shown once, not after every reload.
  const here = new URL(at, location.href);
  for (const key of ["note", "wait"]) here.searchParams.delete(key);
  history.replaceState(null, "", here);
  const back = page.querySelector("[data-back]");
  if (back) {
    const soon = page.querySelector("[data-when-live]");
    if (soon) soon.textContent = soon.dataset.whenLive;
    // Not before the success was read out. The browser's back button does not lead here again.
    setTimeout(() => location.replace(back.href), BACK_AFTER_MS);
  }
}

/** Shows an error; the page stays as it is, with what was typed. */
function complain(text) {
  const note = Object.assign(document.createElement("p"), { id: "note", className: "note bad", textContent: text });
  note.setAttribute("role", "alert");
  document.getElementById("note")?.remove();
  main().querySelector("h1").after(note);
}

/** Shows the server's answer to a step that it refused. */
function refuse(status, fresh) {
  const page = fresh.getElementById("page");
  if (page && [404, 410].includes(status)) return put(fresh, address());
  const texts = ["h1", ".lead"].map((css) => page?.querySelector(css)?.textContent.trim()).filter(Boolean);
  return complain(texts.join(". ") || words("fault"));
}

async function step(form, submitter) {
  if (isBusy) return;
  isBusy = true;
  // Earlier requests are out of date.
  turns += 1;
  const typed = { code: form.querySelector("otp-input")?.value, phone: form.elements.phone?.value };
  const pressed = submitter ?? form.querySelector("button");
  pressed.classList.add("pressed");
  main().setAttribute("aria-busy", "true");
  said.textContent = form.dataset.live;
  try {
    const body = new URLSearchParams(new FormData(form));
    if (submitter?.name) body.set(submitter.name, submitter.value);
    const response = await fetch(form.action, { method: "POST", headers: { Accept: "application/json" }, body });
    if (response.ok) {
      const answer = await response.json();
      await show(answer.page);
      typeAgain(typed, answer.note);
    } else refuse(response.status, read(await response.text()));
    isLost = false;
  } catch {
    // The server may have accepted it: it is not sent again before the state is known.
    isLost = true;
    complain(words("line"));
  } finally {
    isBusy = false;
    said.textContent = "";
    pressed.classList.remove("pressed");
    main().removeAttribute("aria-busy");
  }
  if (isLost) look();
}

/** Keeps what was typed and not used. */
function typeAgain({ code, phone }, note) {
  const boxes = main().querySelector("otp-input");
  const number = main().querySelector("#phone");
  if (boxes && code && UNREAD.includes(note)) {
    boxes.value = code;
    boxes.focus();
  }
  if (number && phone) {
    number.value = phone;
    number.select();
  }
}

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-live]")) return;
  event.preventDefault();
  step(event.target, event.submitter);
});

// The new value was not refused yet.
document.addEventListener("otp-change", (event) => event.target.removeAttribute("invalid"));

document.addEventListener("otp-complete", (event) => event.target.form?.requestSubmit());

document.addEventListener("countdown-level", (event) => {
  if (event.detail.level === "calm") return;
  said.textContent = event.target.getAttribute("aria-label");
  if (event.detail.level === "over") look();
});

/** Requests the state of the page. */
async function look() {
  const page = main();
  if (isBusy || isLooking || document.hidden || ENDS.includes(page.dataset.phase)) return;
  isLooking = true;
  const turn = turns;
  try {
    const response = await fetch(`${location.pathname}/state${location.search}`, { cache: "no-store" });
    const state = response.ok ? await response.json() : undefined;
    if (state && turn === turns) await follow(page, state);
  } catch {
    // The state is requested again in a moment.
  } finally {
    isLooking = false;
  }
}

/** Follows the state: replaces the page if its phase has changed, else shows the delivery status. */
async function follow(page, state) {
  const { phase } = page.dataset;
  const isChanging = phase === "number" && location.search.includes("change=") && !ENDS.includes(state.phase);
  if (state.phase !== phase && (isLost || !isChanging)) {
    await show(address());
    isLost = false;
    return;
  }
  const left = page.querySelector("[data-attempts]")?.dataset.attempts;
  if (isLost && left !== undefined && Number(left) !== state.attempts_remaining) {
    await show(address({ note: "wrong", wait: state.attempts_remaining }));
    isLost = false;
    return;
  }
  if (isLost) document.getElementById("note")?.remove();
  isLost = false;
  if (phase === "waiting") tell(page, state);
}

function tell(page, { code_seconds, resend_seconds, delivery }) {
  const isOff = (counter, seconds) => counter && Math.abs(counter.left - seconds) > DRIFT_MAX;
  const ring = page.querySelector("countdown-ring");
  const buttons = page.querySelector("resend-button");
  if (isOff(ring, code_seconds)) ring.left = code_seconds;
  if (isOff(buttons, resend_seconds)) buttons.left = resend_seconds;
  const line = page.querySelector("[data-delivery]");
  if (!line || !delivery || line.textContent === delivery.text) return;
  line.textContent = delivery.text;
  line.className = `delivery ${delivery.status}`;
  said.textContent = delivery.text;
  // The note that the code was sent is out of date.
  page.querySelector("#note.good")?.remove();
}

setInterval(look, POLL_MS);
for (const event of ["pageshow", "online"]) addEventListener(event, look);
document.addEventListener("visibilitychange", look);
arrive(location.href);
