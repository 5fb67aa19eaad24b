// The parts of a chat: texts with codes or links, buttons, lists, keyboards.
import { word } from "./words.js";

const CODE = /(?<![\d.,*])(\d{6})(?!\d|[.,]\d)/;
const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/;

export const element = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
};
export const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
export const button = (props, act) => {
  const node = element("button", { type: "button", ...props });
  node.addEventListener("click", () => act(node));
  return node;
};

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
  const open = button({ textContent: `☰ ${message.menu}`, ariaHasPopup: "dialog" }, () => sheet(message, phone, open));
  return element("div", { className: "choices" }, open);
}

// A list that slides up. Escape and the cross close it.
function sheet(message, phone, opener) {
  const close = () => {
    panel.remove();
    opener.focus();
  };
  const rows = message.buttons.map((item, at) => {
    const isFirst = item.section && item.section !== message.buttons[at - 1]?.section;
    const row = button({ className: "row" }, () => {
      close();
      phone.say(item.title, { button_id: item.id });
    });
    row.append(element("strong", { textContent: item.title }));
    if (item.description) row.append(element("small", { textContent: item.description }));
    return [isFirst ? element("h3", { textContent: item.section }) : null, row];
  });
  const head = element("div", { className: "head" }, element("strong", { textContent: message.menu }),
    button({ textContent: "×", ariaLabel: word("closeList") }, close));
  const panel = element("div", { className: "sheet", role: "dialog", ariaLabel: message.menu }, head,
    element("div", { className: "rows" }, ...rows.flat()));
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  phone.screen.append(panel);
  panel.querySelector(".row")?.focus({ preventScroll: true });
}

// The reply keyboard of a message. Null if the message doesn't change the keyboard.
export function keyboard(message, phone) {
  const keys = message.buttons.filter((item) => ["keyboard", "contact"].includes(item.kind));
  if (!keys.length) return message.buttons.some((item) => item.kind === "remove_keyboard") ? [] : null;
  return keys.map((item) => (item.kind === "contact"
    ? button({ className: "contact", textContent: `☏ ${item.title}` }, () => phone.say(`☏ ${phone.number}`, { type: "contact", body: undefined }))
    : button({ textContent: item.title }, () => phone.say(item.title))));
}
