// The phones page: a row of phones, the fault panel, the traffic log. The browser keeps which phones are open and
// whether the traffic is shown; the sandbox keeps what was said.
import { bank } from "./bank.js";
import { CHANNELS, canonical, exampleOf } from "./channels.js";
import { personOf } from "./ideas.js";
import { button } from "./parts.js";
import "./phone.js";
import { tray } from "./faults.js";
import { watch } from "./wire.js";
import { apply, currentLanguage, setLanguage, word } from "./words.js";

// The two people of the demo data.
const DEMO = [{ number: "+521234567890", channel: "whatsapp" }, { number: "+521234567891", channel: "whatsapp" }];
const phones = document.getElementById("phones");
const tabs = document.getElementById("tabs");

// Earlier versions of the page stored only the number of a phone.
function stored() {
  try {
    const known = JSON.parse(localStorage.getItem("phones")) ?? DEMO;
    return known.map((one) => (typeof one === "string" ? { number: one, channel: "whatsapp" } : one)).filter((one) => CHANNELS[one.channel]);
  } catch {
    return DEMO;
  }
}
const store = (all) => localStorage.setItem("phones", JSON.stringify(all));
const isSame = (a, b) => a.number === b.number && a.channel === b.channel;

function add(one) {
  const phone = document.createElement("sandbox-phone");
  phone.setAttribute("number", one.number);
  phone.setAttribute("channel", one.channel);
  phone.addEventListener("remove-phone", () => {
    phone.remove();
    store(stored().filter((known) => !isSame(known, one)));
    showTabs();
  });
  phones.append(phone);
  return phone;
}

// On a narrow screen one phone is seen at a time: a tab leads to each.
function showTabs() {
  const all = [...phones.children];
  tabs.hidden = all.length < 2;
  tabs.ariaLabel = word("jump");
  tabs.replaceChildren(...all.map((phone) => button({ textContent: personOf(phone.number)?.name ?? `…${phone.number.slice(-4)}`, title: phone.getAttribute("aria-label") }, () => focus(phone))));
}

function focus(phone) {
  phone?.scrollIntoView({ block: "nearest", inline: "nearest" });
  (phone?.input ?? phone?.conversation)?.focus();
}

const form = document.getElementById("add");
const field = document.getElementById("number");
const channel = document.getElementById("channel");
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const one = { number: canonical(field.value, channel.value), channel: channel.value };
  field.setCustomValidity(one.number ? "" : exampleOf(one.channel));
  if (!one.number) return field.reportValidity();
  field.value = "";
  const known = stored();
  if (known.some((other) => isSame(other, one))) {
    return focus(phones.querySelector(`[number="${CSS.escape(one.number)}"][channel="${one.channel}"]`));
  }
  store([...known, one]);
  const phone = add(one);
  showTabs();
  focus(phone);
});
field.addEventListener("input", () => field.setCustomValidity(""));
channel.addEventListener("change", () => {
  field.setCustomValidity("");
  field.placeholder = exampleOf(channel.value);
  field.inputMode = channel.value === "email" ? "email" : "tel";
  field.focus();
});

const language = document.getElementById("language");
language.value = currentLanguage();
language.addEventListener("change", () => setLanguage(language.value));

const side = document.getElementById("side");
const toggle = document.getElementById("toggle");
function showSide(isShown) {
  side.hidden = !isShown;
  toggle.ariaExpanded = String(isShown);
  localStorage.setItem("side", isShown ? "shown" : "hidden");
}
toggle.addEventListener("click", () => showSide(side.hidden));
showSide(localStorage.getItem("side") !== "hidden");

stored().forEach(add);
document.addEventListener("language", showTabs);
tray(document.getElementById("faults"), document.getElementById("armed"), document.getElementById("victim"));
bank(document.getElementById("bank"), document.getElementById("payments"), document.getElementById("entry"), document.getElementById("entry-told"));
watch(document.getElementById("wire"));
apply();
