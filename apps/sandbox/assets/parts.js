// The parts of a chat: texts with codes or links, buttons, lists, keyboards, and what is covered until it is asked for.
import { currentLanguage, word } from "./words.js";

const CODE = /(?<![\d.,*])(\d{6})(?!\d|[.,]\d)/;
const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/;
// A long number, or digits that may be a code: alone, or as people write it, in two halves. Amounts, days, ports and the
// digits of an id are neither (a whole UUID is found first, and stays). In JSON a new line is written `\n`, which is no
// letter before the code.
const COVERED = /([\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})|(?:(?<![\p{L}\p{N}.,*]|\/\/[\w.-]+:)|(?<=\\[bfnrt]))(?:\+?\p{Nd}{9,}|\p{Nd}{3}[\s\u200b–-]\p{Nd}{3}|\p{Nd}{4,8})(?![\p{L}\p{N}]|[.,]\p{Nd}|-\p{Nd}{2}-\p{Nd}{2})/gu;

export const element = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
};
const timeOf = (at, more) => new Date(at).toLocaleTimeString(currentLanguage(), { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...more });
export const clock = (at) => timeOf(at);
export const clockWithSeconds = (at) => timeOf(at, { second: "2-digit" });
export const button = (props, act) => {
  const node = element("button", { type: "button", ...props });
  node.addEventListener("click", () => act(node));
  return node;
};

const cover = (found) => (found.length < 9 ? "••••••" : `••••${found.slice(-4)}`);

// A text with its codes and long numbers covered for good.
export const covered = (source) => source.replace(COVERED, (found, id) => id ?? cover(found));

// A text whose codes and long numbers are covered until they are clicked.
export function coveredNodes(source) {
  const nodes = [];
  let at = 0;
  for (const { 0: found, 1: id, index } of source.matchAll(COVERED)) {
    if (id) continue;
    const mask = button({ className: "mask", textContent: cover(found), title: word("uncover") }, () => {
      const shown = mask.classList.toggle("shown");
      mask.textContent = shown ? found : cover(found);
    });
    nodes.push(source.slice(at, index), mask);
    at = index + found.length;
  }
  return [...nodes, source.slice(at)];
}

// Copies a text and shows that on the button for a moment.
export function copy(text, node, label = node.textContent) {
  navigator.clipboard?.writeText(text).catch(() => {});
  node.textContent = word("copied");
  setTimeout(() => { node.textContent = label; }, 1600);
}

// Shows a text with its code as a button and its links as links. A tap on the code calls `onCode`.
export function text(body, onCode) {
  const paragraph = element("p");
  const isReceipt = /folio|receipt|comprobante/i.test(body);
  const code = onCode && !isReceipt ? CODE.exec(body) : null;
  const link = LINK.exec(body);
  if (code && !(link && code.index > link.index && code.index < link.index + link[0].length)) {
    const tap = button({ className: "code", textContent: code[1], title: word("reply") }, (node) => onCode(code[1], node));
    paragraph.append(body.slice(0, code.index), tap, body.slice(code.index + 6));
  } else if (link) {
    const anchor = element("a", { href: link[0], textContent: link[0], target: "_blank", rel: "noopener noreferrer" });
    paragraph.append(body.slice(0, link.index), anchor, body.slice(link.index + link[0].length));
  } else {
    paragraph.textContent = body;
  }
  return paragraph;
}

// One button of a message. `phone` sends what a tap means.
function choice(item, phone) {
  if (item.kind === "url") {
    if (!item.url) return element("button", { type: "button", textContent: `↗ ${item.title}`, disabled: true });
    return element("a", { className: "choice", href: item.url, textContent: `↗ ${item.title}`, target: "_blank", rel: "noopener noreferrer" });
  }
  if (item.kind === "copy_code") return button({ textContent: `⧉ ${item.title}` }, (node) => copy(item.code, node));
  if (item.kind === "callback") return button({ textContent: item.title }, (node) => phone.tap(item, node));
  return button({ textContent: item.title }, () => phone.say(item.title, { button_id: item.id }));
}

// The buttons of a message: below its text, or a list that one button opens.
export function choices(message, phone) {
  const own = message.buttons.filter((item) => !["keyboard", "contact", "remove_keyboard"].includes(item.kind));
  if (!own.length) return null;
  if (own[0].kind !== "row") return element("div", { className: "choices" }, ...own.map((item) => choice(item, phone)));
  const open = button({ textContent: `☰ ${message.menu}`, ariaHasPopup: "dialog" }, () => list(message, phone, open));
  return element("div", { className: "choices" }, open);
}

// A panel that slides up in the phone. Escape and the cross close it. `fill` gets the function that closes it.
export function sheet(title, phone, opener, fill) {
  phone.screen.querySelector(".sheet")?.remove();
  const close = () => {
    panel.remove();
    opener.focus({ preventScroll: true });
  };
  const head = element("div", { className: "head" }, element("strong", { textContent: title }),
    button({ textContent: "×", ariaLabel: word("closeList") }, close));
  const panel = element("div", { className: "sheet", role: "dialog", ariaLabel: title }, head,
    element("div", { className: "rows" }, ...fill(close)));
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  phone.screen.append(panel);
  (panel.querySelector(".row") ?? head.lastElementChild).focus({ preventScroll: true });
  return panel;
}

// One row of a panel: what it does, and a line about it.
export function row(title, about, act) {
  const node = button({ className: "row" }, act);
  node.append(element("strong", { textContent: title }));
  if (about) node.append(element("small", { textContent: about }));
  return node;
}

// The rows of a message's list.
function list(message, phone, opener) {
  sheet(message.menu, phone, opener, (close) => message.buttons.flatMap((item, at) => {
    const isFirst = item.section && item.section !== message.buttons[at - 1]?.section;
    const choose = row(item.title, item.description, () => {
      close();
      phone.say(item.title, { button_id: item.id });
    });
    return isFirst ? [element("h3", { textContent: item.section }), choose] : [choose];
  }));
}

// The keys of a message's reply keyboard; empty if it removes the keyboard, null if it leaves it as it is.
export function keysOf(message) {
  const keys = message.buttons.filter((item) => ["keyboard", "contact"].includes(item.kind));
  if (keys.length) return keys;
  return message.buttons.some((item) => item.kind === "remove_keyboard") ? [] : null;
}

// The buttons of a reply keyboard.
export const keyboard = (keys, phone) => keys.map((item) => (item.kind === "contact"
  ? button({ className: "contact", textContent: `☏ ${item.title}` }, () => phone.say(undefined, { type: "contact" }))
  : button({ textContent: item.title }, () => phone.say(item.title))));
