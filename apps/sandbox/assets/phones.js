// The phones page: a row of phones, the fault panel, the traffic log.
import { CHANNELS, canonical, exampleOf } from "./channels.js";
import "./phone.js";
import { tray } from "./faults.js";
import { watch } from "./wire.js";
import { apply, currentLanguage, setLanguage } from "./words.js";

const DEMO = { number: "+521234567890", channel: "whatsapp" };
const phones = document.getElementById("phones");

// Earlier versions of the page stored only the number of a phone.
function stored() {
  try {
    const known = JSON.parse(localStorage.getItem("phones")) ?? [DEMO];
    return known.map((one) => (typeof one === "string" ? { number: one, channel: "whatsapp" } : one)).filter((one) => CHANNELS[one.channel]);
  } catch {
    return [DEMO];
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
  });
  phones.append(phone);
  return phone;
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
  focus(add(one));
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

stored().forEach(add);
tray(document.getElementById("faults"), document.getElementById("armed"), document.getElementById("victim"));
watch(document.getElementById("wire"));
apply();
