// What reaches a phone beside its chat: text messages, calls, and what comes over another channel. A notice slides in
// and leaves by itself; everything stays in a list, where it can be read again.
import { button, clock, element, sheet, text } from "./parts.js";
import { word } from "./words.js";

// How long a notice stays, unless it is held by the pointer or the focus.
const NOTICE_MS = 9000;
const NOTICES_MAX = 2;

const title = (message) => `${word(message.channel) ?? message.channel} · ${clock(message.at)}`;

export class Inbox {
  #phone;
  #messages = [];
  #unread = 0;

  constructor(phone) {
    this.#phone = phone;
    this.notices = element("div", { className: "notices", ariaLive: "polite" });
    this.opener = button({ className: "inbox", ariaHasPopup: "dialog" }, () => this.#open());
    this.speak();
  }

  // Forgets everything, as the sandbox did.
  clear() {
    this.#messages = [];
    this.#unread = 0;
    this.notices.replaceChildren();
    this.speak();
  }

  speak() {
    this.opener.replaceChildren("✉", this.#messages.length ? element("span", { className: "count", textContent: this.#messages.length }) : "");
    this.opener.ariaLabel = `${word("inbox")} (${this.#messages.length})`;
    this.opener.title = word("inbox");
    this.opener.classList.toggle("unread", this.#unread > 0);
  }

  // Keeps a message. A new one is shown as a notice too.
  receive(message, isOld) {
    this.#messages.unshift(message);
    if (!isOld) {
      this.#unread += 1;
      this.#notice(message);
    }
    this.speak();
  }

  #notice(message) {
    const leave = () => notice.remove();
    const notice = element("div", { className: "notice" },
      element("small", { textContent: title(message) }),
      text(message.body, (code) => { leave(); this.#phone.say(`CONFIRMAR ${code}`); }),
      button({ className: "close", textContent: "×", ariaLabel: word("close") }, leave));
    const wait = () => setTimeout(() => {
      if (notice.matches(":hover, :focus-within")) wait();
      else leave();
    }, NOTICE_MS);
    wait();
    this.notices.append(notice);
    while (this.notices.childElementCount > NOTICES_MAX) this.notices.firstElementChild.remove();
  }

  #open() {
    this.#unread = 0;
    this.speak();
    sheet(word("inbox"), this.#phone, this.opener, (close) => {
      if (!this.#messages.length) return [element("p", { className: "nothing", textContent: word("inboxEmpty") })];
      return this.#messages.map((message) => element("article", { className: "mail" },
        element("small", { textContent: `${title(message)} · ${message.from}` }),
        text(message.body, (code) => { close(); this.#phone.say(`CONFIRMAR ${code}`); })));
    });
  }
}
