// One phone: a chat in the look of its channel, with both sides of the conversation as the sandbox keeps it. What
// comes by SMS, call or another channel is announced above the chat and kept in the phone's list.
import { channelOf } from "./channels.js";
import { firstIdeas, ideasOf, personOf } from "./ideas.js";
import { Inbox } from "./inbox.js";
import { button, choices, clock, copy, element, keyboard, keysOf, row, sheet, text } from "./parts.js";
import { word } from "./words.js";

const POLL_MS = 400;
const TYPING_MS_MAX = 6000;
// What a person does that is no message of the chat.
const SILENT = ["block", "unblock", "reaction"];

const post = (address, body) =>
  fetch(address, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export class Phone extends HTMLElement {
  #since = 0;
  #life = null;
  #timer = null;
  #turn = 0;
  #typingUntil = 0;
  #readIds = new Set();
  #mine = new Map();
  #theirs = new Map();
  #keys = [];
  #isBlocked = false;
  #editing = null;
  #onLanguage = () => this.#speak();

  connectedCallback() {
    if (!this.childElementCount) {
      this.on = channelOf(this.getAttribute("channel"));
      this.person = personOf(this.number);
      this.className = "phone";
      this.dataset.look = this.on.look;
      this.setAttribute("role", "region");
      this.setAttribute("aria-label", [this.person?.name, this.number, this.on.label].filter(Boolean).join(", "));
      this.#build();
    }
    document.addEventListener("language", this.#onLanguage);
    this.#poll();
  }

  disconnectedCallback() {
    document.removeEventListener("language", this.#onLanguage);
    clearTimeout(this.#timer);
    this.#turn += 1;
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
    this.inbox = new Inbox(this);
    this.leaver = button({ className: "remove", textContent: "×" },
      () => this.dispatchEvent(new CustomEvent("remove-phone", { bubbles: true })));
    const owner = element("div", { className: "owner" },
      element("span", { className: "name" }, element("strong", { textContent: this.person?.name ?? this.number, title: this.number }),
        element("small", { textContent: this.person ? this.number : "", hidden: !this.person })),
      isMail ? null : this.inbox.opener, this.leaver);
    const bar = element("div", { className: "bar" },
      element("span", { className: "face", textContent: isMail ? "✉" : "V", ariaHidden: "true" }),
      element("span", { className: "who" }, element("strong", { textContent: "Ventanilla" }), this.state),
      element("span", { className: "line", textContent: this.on.label }));
    this.conversation = element("div", { className: "conversation", role: "log", ariaLive: "polite", tabIndex: 0, ariaLabel: this.on.label });
    this.toast = element("p", { className: "toast", role: "status", hidden: true });
    this.screen = element("div", { className: "screen" }, bar, this.inbox.notices, this.conversation, this.toast);
    if (!isMail) this.screen.append(...this.#writing());
    this.append(owner, this.screen);
    this.#clear();
    this.#speak();
    new ResizeObserver(() => this.#toEnd()).observe(this.conversation);
  }

  #writing() {
    this.failure = element("p", { className: "failure", role: "alert", hidden: true });
    this.ideas = element("div", { className: "ideas" });
    this.keys = element("div", { className: "keys", hidden: true });
    this.edit = element("div", { className: "edit", hidden: true }, element("span"),
      button({ textContent: "×" }, () => this.#stopEditing()));
    this.input = element("input", { type: "text", maxLength: 4096, autocomplete: "off" });
    this.keysToggle = button({ className: "toggle", textContent: "⌨", hidden: true }, () => this.#showKeys(this.keys.hidden));
    const form = element("form", { className: "write" }, this.keysToggle, this.input,
      element("button", { className: "send", type: "submit", textContent: "➤" }));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const written = this.input.value;
      if (!written.trim()) return;
      const edited = this.#editing;
      this.#stopEditing();
      this.input.value = "";
      this.say(written, edited ? { type: "edited", message_id: edited } : {});
    });
    this.input.addEventListener("keydown", (event) => { if (event.key === "Escape") this.#stopEditing(); });
    return [this.ideas, this.failure, this.edit, form, this.keys];
  }

  // Shows the phone's texts in the page's language.
  #speak() {
    const { look } = this.on;
    this.inbox.speak();
    this.leaver.ariaLabel = this.leaver.title = word("remove");
    this.querySelector(".empty")?.replaceChildren(word(look === "email" ? "mailEmpty" : look === "telegram" ? "startTelegram" : "start"));
    if (look === "email") {
      this.querySelector(".who strong").textContent = word("mailbox");
      this.querySelector(".line").textContent = word("emailChannel");
      return;
    }
    const all = button({ className: "all", textContent: `☰ ${word("allIdeas")}`, ariaHasPopup: "dialog" }, () => this.#allIdeas(all));
    const ideas = firstIdeas(this.number, look).map((idea) => button({ textContent: idea }, () => this.say(idea)));
    const money = button({ className: "quiet", textContent: "+ 5,000.00 MXN", title: word("deposit"), ariaLabel: word("deposit") }, () => this.#deposit());
    const block = button({ className: "quiet", textContent: word(this.#isBlocked ? "unblock" : "block") }, () => this.#block());
    this.ideas.replaceChildren(all, ...ideas, ...(this.person ? [money] : []), ...(look === "telegram" ? [block] : []));
    this.input.placeholder = this.input.ariaLabel = word("write");
    this.keysToggle.ariaLabel = this.keysToggle.title = word("keyboard");
    this.querySelector(".send").ariaLabel = word("send");
    this.edit.firstElementChild.textContent = word("editing");
    this.edit.lastElementChild.ariaLabel = word("stopEditing");
    for (const pen of this.querySelectorAll(".pen")) pen.ariaLabel = pen.title = word("editMessage");
  }

  #allIdeas(opener) {
    sheet(word("allIdeas"), this, opener, (close) => ideasOf(this.number, this.on.look).flatMap(([title, ideas]) => [
      element("h3", { textContent: title }),
      ...ideas.map((idea) => row(idea.text, idea.about, () => {
        close();
        this.say(idea.text);
      })),
    ]));
  }

  #clear() {
    this.#since = 0;
    this.#mine.clear();
    this.#theirs.clear();
    this.#readIds.clear();
    this.#isBlocked = false;
    this.classList.remove("blocked");
    this.inbox.clear();
    this.#keys = [];
    if (this.keys) this.#showKeys(false);
    this.conversation.replaceChildren(element("p", { className: "empty" }));
  }

  // Asks the sandbox for what is new, and again after a while.
  async #poll() {
    clearTimeout(this.#timer);
    this.#turn += 1;
    const turn = this.#turn;
    try {
      const answer = await fetch(this.#address(`conversation?since=${this.#since}`));
      if (answer.ok && turn === this.#turn) this.#take(await answer.json());
    } catch {
      // The sandbox may be restarting; try again at the next poll.
    }
    if (turn !== this.#turn) return;
    this.#showTyping();
    this.#timer = setTimeout(() => this.#poll(), POLL_MS);
  }

  // Notices are for what arrives while one looks; what was there before waits in the list.
  #take({ life, seq, items, signs }) {
    if (this.#life !== null && this.#life !== life) {
      this.#life = life;
      this.#clear();
      this.#speak();
      return;
    }
    const isFirst = this.#life === null;
    this.#life = life;
    if (seq < this.#since) return;
    this.#since = seq;
    signs.forEach((sign) => this.#heed(sign));
    for (const item of items) {
      if (item.direction === "written") this.#written(item);
      else this.#receive(item, isFirst);
    }
  }

  // Sends a message; `more` makes it a tap, a contact or an edit.
  async say(body, more = {}) {
    this.failure.hidden = true;
    const id = this.#post({ body, ...more });
    // The sandbox keeps the message before it posts it.
    setTimeout(() => this.#poll(), 30);
    await id;
    this.#poll();
  }

  // A tap on an inline button writes no message. The button shows that it waits until the bot answers the tap.
  async tap(item, node) {
    node.ariaBusy = "true";
    const id = await this.#post({ button_id: item.id });
    node.dataset.tap = id ?? "";
    if (!id) node.ariaBusy = "false";
  }

  #block() {
    return this.say(undefined, { type: this.#isBlocked ? "unblock" : "block" });
  }

  // Deposits for the demo person. The bot tells them in the chat.
  async #deposit() {
    this.failure.hidden = true;
    const answer = await post(this.#address("deposit"), {}).catch(() => null);
    if (answer?.ok) return this.#poll();
    this.failure.textContent = word("noDeposit");
    this.failure.hidden = false;
  }

  // Returns the id of the message, or null if it didn't arrive.
  async #post(body) {
    try {
      const answer = await post(this.#address("messages"), { provider: this.on.provider, profile_name: this.person?.name ?? "Persona", ...body });
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

  // What the person wrote here: a new bubble, or news about one.
  #written(message) {
    if (message.provider !== this.on.provider || this.on.look === "email") return;
    if (message.kind === "block" || message.kind === "unblock") {
      if (!message.webhook_status) return;
      this.#isBlocked = message.kind === "block";
      this.classList.toggle("blocked", this.#isBlocked);
      return this.#speak();
    }
    if (SILENT.includes(message.kind) || (message.kind === "button" && this.on.provider === "telegram")) return;
    const known = this.#mine.get(message.seq);
    const bubble = known ?? this.#bubble({ ...message, body: this.#shown(message) }, true);
    this.#mine.set(message.seq, bubble);
    if (!known) this.#sent(message, bubble);
    const ticks = bubble.querySelector(".ticks");
    const isLost = message.webhook_status !== null && message.webhook_status !== 200;
    ticks.classList.toggle("failed", isLost);
    if (isLost) ticks.textContent = "!";
    else if (!ticks.classList.contains("read")) ticks.textContent = message.webhook_status && this.on.look !== "telegram" ? "✓✓" : "✓";
    if (message.message_id) bubble.dataset.id = message.message_id;
    if (this.#readIds.has(message.message_id)) this.#markRead(bubble);
    bubble.querySelector("p").textContent = this.#shown(message);
    bubble.querySelector(".edited").hidden = !message.is_edited;
  }

  #shown(message) {
    if (message.kind === "contact") return `☏ ${this.number}`;
    return message.kind === "text" || message.kind === "button" ? message.body : `[${message.kind}] ${message.body}`.trim();
  }

  // A new message of the person: an answer may be on its way, and a keyboard for one use is used up.
  #sent(message, bubble) {
    const age = Date.now() - new Date(message.at);
    if (!this.on.typingMs && age < TYPING_MS_MAX) this.#typingUntil = Date.now() + TYPING_MS_MAX - age;
    const pressed = this.#keys.find((key) => (key.kind === "contact" ? message.kind === "contact" : key.title === message.body));
    if (pressed?.one_time) this.#showKeys(false);
    if (this.on.look !== "telegram" || message.kind !== "text") return;
    const begin = () => this.#startEditing(bubble);
    bubble.addEventListener("dblclick", begin);
    bubble.querySelector(".meta").prepend(button({ className: "pen", textContent: "✎", ariaLabel: word("editMessage"), title: word("editMessage") }, begin));
  }

  #startEditing(bubble) {
    if (!bubble.dataset.id) return;
    this.#editing = bubble.dataset.id;
    this.edit.hidden = false;
    this.input.value = bubble.querySelector("p").textContent;
    this.input.focus();
  }

  #stopEditing() {
    if (this.#editing) this.input.value = "";
    this.#editing = null;
    this.edit.hidden = true;
  }

  #receive(message, isOld) {
    if (this.on.look === "email") return message.channel === "email" && this.#mail(message);
    if (message.channel !== this.on.channel || message.provider !== this.on.provider) return this.#beside(message, isOld);
    const known = this.#theirs.get(message.seq);
    if (known || message.is_deleted) return this.#change(known, message);
    if (message.from !== "Twilio Verify") this.#typingUntil = 0;
    const bubble = this.#bubble(message, false);
    this.#theirs.set(message.seq, bubble);
    // Meta reports what was read. With the other providers an answer means that the message was read.
    const last = this.on.provider === "meta" ? null : [...this.conversation.querySelectorAll(".mine")].pop();
    if (last) this.#markRead(last);
    const own = choices(message, this);
    if (own && this.on.look === "telegram") bubble.after(own);
    else if (own) bubble.append(own);
    const keys = keysOf(message);
    if (keys) {
      this.#keys = keys;
      this.keys.replaceChildren(...keyboard(keys, this));
      this.#showKeys(keys.length > 0);
    }
    if (message.id && this.on.provider !== "telegram") this.#reportRead(message);
    this.#toEnd();
  }

  // The bot has edited or deleted a message.
  #change(bubble, message) {
    if (!bubble) return;
    if (bubble.nextElementSibling?.classList.contains("choices")) bubble.nextElementSibling.remove();
    if (message.is_deleted) return bubble.remove();
    bubble.querySelector("p").textContent = message.body;
    bubble.querySelector(".edited").hidden = !message.is_edited;
    const own = choices(message, this);
    if (own) bubble.after(own);
  }

  // A keyboard that was used once can be brought back, as on a phone.
  #showKeys(isShown) {
    this.keys.hidden = !isShown;
    this.keysToggle.hidden = !this.#keys.length;
    this.keysToggle.ariaExpanded = String(isShown);
  }

  // An old message was reported when it was new.
  #reportRead(message) {
    if (document.hidden || Date.now() - new Date(message.at) > 60000) return;
    post("/sandbox/statuses", { message_id: message.id, status: "read" }).catch(() => {});
  }

  #bubble(message, isMine) {
    this.conversation.querySelector(".empty")?.remove();
    const meta = element("span", { className: "meta" }, element("time", { textContent: clock(message.at) }));
    meta.prepend(element("span", { className: "edited", textContent: word("edited"), hidden: !message.is_edited }));
    if (isMine) {
      meta.append(element("span", { className: "ticks", textContent: "✓", ariaHidden: "true" }));
    }
    // A tap on the code sends the answer that a person would type.
    const answer = isMine ? null : (code) => this.say(`CONFIRMAR ${code}`);
    const bubble = element("div", { className: isMine ? "bubble mine" : "bubble" },
      message.header ? element("strong", { className: "headline", textContent: message.header }) : null,
      isMine ? element("p", { textContent: message.body }) : text(message.body, answer),
      message.footer ? element("small", { className: "footer", textContent: message.footer }) : null, meta);
    this.conversation.append(bubble);
    this.#toEnd();
    return bubble;
  }

  #toEnd() {
    this.conversation.scrollTop = this.conversation.scrollHeight;
  }

  #mail(message) {
    this.conversation.querySelector(".empty")?.remove();
    const mail = element("article", { className: "mail" },
      element("small", { textContent: `${message.from} · ${clock(message.at)}` }),
      message.subject ? element("strong", { textContent: message.subject }) : null,
      text(message.body, (code, node) => copy(code, node, code)));
    this.conversation.append(mail);
    this.#toEnd();
  }

  // A message that came over another channel, unless another phone on the page shows that channel.
  #beside(message, isOld) {
    const isShown = [...document.querySelectorAll("sandbox-phone")].some((phone) =>
      phone.number === this.number && phone.on?.channel === message.channel && phone.on.provider === message.provider);
    if (!isShown) this.inbox.receive(message, isOld);
  }

  #showTyping() {
    const isTyping = Date.now() < this.#typingUntil;
    const shown = this.conversation.querySelector(".typing");
    if (this.on.look !== "email") this.state.textContent = word(isTyping ? "typing" : this.on.look === "telegram" ? "bot" : "online");
    if (!isTyping) return shown?.remove();
    if (!shown) this.conversation.append(element("div", { className: "typing", ariaHidden: "true" }, element("i"), element("i"), element("i")));
    else if (shown !== this.conversation.lastElementChild) this.conversation.append(shown);
    else return;
    this.#toEnd();
  }
}

customElements.define("sandbox-phone", Phone);
