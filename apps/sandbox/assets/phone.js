// One phone: a chat in the look of its channel. Messages by SMS, call or another channel appear above it.
import { channelOf } from "./channels.js";
import { button, choices, clock, copy, element, keyboard, text } from "./parts.js";
import { word } from "./words.js";

const POLL_MS = 400;
const TYPING_MS_MAX = 6000;

const post = (address, body) =>
  fetch(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export class Phone extends HTMLElement {
  #since = 0;
  #signsSince = 0;
  #timer = null;
  #typingUntil = 0;
  #readIds = new Set();
  #isBlocked = false;

  connectedCallback() {
    if (!this.childElementCount) {
      this.on = channelOf(this.getAttribute("channel"));
      this.className = "phone";
      this.dataset.look = this.on.look;
      this.setAttribute("role", "region");
      this.setAttribute("aria-label", `${this.number}, ${this.on.label}`);
      this.#build();
    }
    this.#start();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
  }

  get number() {
    return this.getAttribute("number");
  }

  #address(what) {
    return `/sandbox/phones/${encodeURIComponent(this.number)}/${what}`;
  }

  #build() {
    const isMail = this.on.look === "email";
    this.state = element("small");
    const remove = button({ className: "remove", textContent: "×", ariaLabel: word("remove") },
      () => this.dispatchEvent(new CustomEvent("remove-phone", { bubbles: true })));
    const bar = element("div", { className: "bar" },
      element("span", { className: "face", textContent: isMail ? "✉" : "V", ariaHidden: "true" }),
      element("span", { className: "who" }, element("strong", { textContent: isMail ? word("mailbox") : "Ventanilla" }), this.state),
      element("span", { className: "line" }, element("small", { textContent: this.number, title: this.number }), element("small", { textContent: this.on.label })), remove);
    this.notices = element("div", { className: "notices", ariaLive: "polite" });
    this.conversation = element("div", { className: "conversation", role: "log", ariaLive: "polite", tabIndex: 0, ariaLabel: this.on.label },
      element("p", { className: "empty" }));
    this.failure = element("p", { className: "failure", role: "alert", hidden: true });
    this.toast = element("p", { className: "toast", role: "status", hidden: true });
    this.screen = element("div", { className: "screen" }, bar, this.notices, this.conversation, this.toast);
    if (!isMail) this.screen.append(...this.#writing());
    this.append(this.screen);
    this.#speak();
    document.addEventListener("language", () => this.#speak());
    new ResizeObserver(() => { this.conversation.scrollTop = this.conversation.scrollHeight; }).observe(this.conversation);
  }

  #writing() {
    this.ideas = element("div", { className: "ideas" });
    this.keys = element("div", { className: "keys", hidden: true });
    this.input = element("input", { type: "text", maxLength: 4096, autocomplete: "off" });
    const form = element("form", { className: "write" }, this.input,
      element("button", { type: "submit", textContent: "➤", ariaLabel: word("send") }));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const written = this.input.value;
      if (!written.trim()) return;
      this.input.value = "";
      this.say(written);
    });
    return [this.ideas, this.failure, form, this.keys];
  }

  // Shows the phone's texts in the page's language.
  #speak() {
    const isMail = this.on.look === "email";
    this.querySelector(".empty")?.replaceChildren(word(isMail ? "mailEmpty" : this.on.look === "telegram" ? "startTelegram" : "start"));
    if (isMail) return void (this.querySelector(".who strong").textContent = word("mailbox"));
    const ideas = word(this.on.look === "telegram" ? "ideasTelegram" : "ideas").map((idea) => button({ textContent: idea }, () => this.say(idea)));
    if (this.on.look === "telegram") ideas.push(button({ className: "quiet", textContent: word(this.#isBlocked ? "unblock" : "block") }, () => this.#block()));
    this.ideas.replaceChildren(...ideas);
    this.input.placeholder = word("write");
    this.input.ariaLabel = word("write");
  }

  #start() {
    const look = async (address, take) => {
      const answer = await fetch(address);
      if (answer.ok) for (const one of await answer.json()) take(one);
    };
    const poll = async () => {
      try {
        if (this.on.typingMs) await look(this.#address(`signs?since=${this.#signsSince}`), (sign) => this.#heed(sign));
        await look(this.#address(`messages?since=${this.#since}`), (message) => this.#receive(message));
      } catch {
        // The sandbox may be restarting; try again at the next poll.
      }
      this.#showTyping();
      this.#timer = setTimeout(poll, POLL_MS);
    };
    poll();
  }

  // Sends a message; `more` makes it a tap or a contact.
  async say(shown, more = {}) {
    const bubble = this.#bubble({ body: shown, at: new Date() }, true);
    const ticks = bubble.querySelector(".ticks");
    this.failure.hidden = true;
    if (!this.on.typingMs) this.#typingUntil = Date.now() + TYPING_MS_MAX;
    this.#showTyping();
    const id = await this.#post({ body: shown, ...more });
    if (!id) {
      ticks.textContent = "!";
      ticks.classList.add("failed");
      return;
    }
    ticks.textContent = this.on.look === "telegram" ? "✓" : "✓✓";
    bubble.dataset.id = id;
    if (this.#readIds.has(id)) this.#markRead(bubble);
  }

  // A tap on an inline button writes no message. The button shows that it waits until the bot answers the tap.
  async tap(item, node) {
    node.ariaBusy = "true";
    const id = await this.#post({ button_id: item.id });
    node.dataset.tap = id ?? "";
    if (!id) node.ariaBusy = "false";
  }

  async #block() {
    const id = await this.#post({ type: this.#isBlocked ? "unblock" : "block" });
    if (!id) return;
    this.#isBlocked = !this.#isBlocked;
    this.classList.toggle("blocked", this.#isBlocked);
    this.#speak();
  }

  // Returns the id of the message, or null if it didn't arrive.
  async #post(body) {
    try {
      const answer = await post(this.#address("messages"), { provider: this.on.provider, profile_name: "Persona", ...body });
      const result = await answer.json();
      if (!answer.ok || result.webhook_status !== 200) throw new Error();
      return result.message_id;
    } catch {
      this.#typingUntil = 0;
      this.failure.textContent = word("lost");
      this.failure.hidden = false;
      return null;
    }
  }

  #heed(sign) {
    this.#signsSince = Math.max(this.#signsSince, sign.seq);
    if (sign.provider !== this.on.provider) return;
    const age = Date.now() - new Date(sign.at);
    if (sign.kind === "typing" && age < this.on.typingMs) this.#typingUntil = Date.now() - age + this.on.typingMs;
    if (sign.kind === "read") {
      this.#readIds.add(sign.message_id);
      const bubble = this.conversation.querySelector(`[data-id="${CSS.escape(sign.message_id)}"]`);
      if (bubble) this.#markRead(bubble);
    }
    if (sign.kind === "tap_answered") {
      const node = this.conversation.querySelector(`[data-tap="${CSS.escape(sign.message_id)}"]`);
      if (node) node.ariaBusy = "false";
      if (sign.text && age < TYPING_MS_MAX) this.#announce(sign.text);
    }
  }

  #announce(words) {
    this.toast.textContent = words;
    this.toast.hidden = false;
    setTimeout(() => { this.toast.hidden = true; }, 3000);
  }

  // A message that was read means that those before it were read too.
  #markRead(bubble) {
    for (let node = bubble; node; node = node.previousElementSibling) {
      const ticks = node.querySelector(".ticks:not(.failed)");
      if (!ticks) continue;
      ticks.textContent = "✓✓";
      ticks.classList.add("read");
    }
  }

  #receive(message) {
    this.#since = Math.max(this.#since, message.seq);
    if (this.on.look === "email") return message.channel === "email" && this.#mail(message);
    if (message.channel !== this.on.channel || message.provider !== this.on.provider) return this.#notice(message);
    const isCode = message.from === "Twilio Verify";
    if (!isCode) this.#typingUntil = 0;
    const bubble = this.#bubble(message, false);
    // Meta reports what was read. With the other providers an answer means that the message was read.
    const last = this.on.provider === "meta" ? null : [...this.conversation.querySelectorAll(".mine")].pop();
    if (last) this.#markRead(last);
    const own = choices(message, this);
    if (own && this.on.look === "telegram") bubble.after(own);
    else if (own) bubble.append(own);
    const keys = keyboard(message, this);
    if (keys && this.keys) {
      this.keys.replaceChildren(...keys);
      this.keys.hidden = !keys.length;
    }
    if (message.id && this.on.provider !== "telegram") this.#reportRead(message.id);
    this.conversation.scrollTop = this.conversation.scrollHeight;
  }

  #reportRead(id) {
    if (document.hidden) return;
    post("/sandbox/statuses", { message_id: id, status: "read" }).catch(() => {});
  }

  #bubble(message, isMine) {
    this.conversation.querySelector(".empty")?.remove();
    const meta = element("span", { className: "meta" }, element("time", { textContent: clock(message.at) }));
    if (isMine) meta.append(element("span", { className: "ticks", textContent: "✓", ariaHidden: "true" }));
    // A tap on the code sends the answer that a person would type.
    const answer = isMine ? null : (code) => this.say(`CONFIRMAR ${code}`);
    const bubble = element("div", { className: isMine ? "bubble mine" : "bubble" },
      message.header ? element("strong", { className: "headline", textContent: message.header }) : null,
      text(message.body, answer),
      message.footer ? element("small", { className: "footer", textContent: message.footer }) : null, meta);
    this.conversation.append(bubble);
    this.conversation.scrollTop = this.conversation.scrollHeight;
    return bubble;
  }

  #mail(message) {
    this.conversation.querySelector(".empty")?.remove();
    const mail = element("article", { className: "mail" },
      element("small", { textContent: `${message.from} · ${clock(message.at)}` }),
      message.subject ? element("strong", { textContent: message.subject }) : null,
      text(message.body, (code, node) => copy(code, node, code)));
    this.conversation.append(mail);
    this.conversation.scrollTop = this.conversation.scrollHeight;
  }

  // Shows a message that came over another channel, unless another phone on the page shows that channel.
  #notice(message) {
    const beside = [...document.querySelectorAll("sandbox-phone")].some((phone) =>
      phone.number === this.number && phone.on?.channel === message.channel && phone.on.provider === message.provider);
    if (beside) return;
    const notice = element("div", { className: "notice" },
      element("small", { textContent: `${word(message.channel) ?? message.channel} · ${clock(message.at)}` }),
      text(message.body, (code) => this.say(`CONFIRMAR ${code}`)),
      button({ className: "close", textContent: "×", ariaLabel: word("close") }, () => notice.remove()));
    this.notices.append(notice);
    while (this.notices.childElementCount > 3) this.notices.firstElementChild.remove();
  }

  #showTyping() {
    const isTyping = Date.now() < this.#typingUntil;
    const shown = this.conversation.querySelector(".typing");
    if (this.on.look !== "email") this.state.textContent = word(isTyping ? "typing" : this.on.look === "telegram" ? "bot" : "online");
    if (!isTyping) return shown?.remove();
    if (!shown) this.conversation.append(element("div", { className: "typing", ariaHidden: "true" }, element("i"), element("i"), element("i")));
    else if (shown !== this.conversation.lastElementChild) this.conversation.append(shown);
    else return;
    this.conversation.scrollTop = this.conversation.scrollHeight;
  }
}

customElements.define("sandbox-phone", Phone);
