// The phones page: a row of phones, the tray of faults, the wire.
import "./phone.js";
import { tray } from "./faults.js";
import { watch } from "./wire.js";
import { apply, currentLanguage, setLanguage } from "./words.js";

const DEMO = "+521234567890";
const phones = document.getElementById("phones");
const stored = () => JSON.parse(localStorage.getItem("phones") ?? "null") ?? [DEMO];
const store = (numbers) => localStorage.setItem("phones", JSON.stringify(numbers));

function add(number) {
  const phone = document.createElement("sandbox-phone");
  phone.setAttribute("number", number);
  phone.addEventListener("remove-phone", () => {
    phone.remove();
    store(stored().filter((known) => known !== number));
  });
  phones.append(phone);
  return phone;
}

// E.164: what is written, or a ten-digit number of Mexico.
function canonical(text) {
  const digits = text.replace(/[^\d]/g, "");
  if (text.trim().startsWith("+")) return digits.length >= 8 && digits.length <= 15 ? `+${digits}` : null;
  return digits.length === 10 ? `+52${digits}` : null;
}

const form = document.getElementById("add");
const field = document.getElementById("number");
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const number = canonical(field.value);
  field.setCustomValidity(number ? "" : "+52 55 1234 5678");
  if (!number) return field.reportValidity();
  field.value = "";
  const numbers = stored();
  if (numbers.includes(number)) return phones.querySelector(`[number="${number}"]`)?.input.focus();
  store([...numbers, number]);
  add(number).input.focus();
});
field.addEventListener("input", () => field.setCustomValidity(""));

const language = document.getElementById("language");
language.value = currentLanguage();
language.addEventListener("change", () => setLanguage(language.value));

stored().forEach(add);
tray(document.getElementById("faults"), document.getElementById("armed"));
watch(document.getElementById("wire"));
apply();
