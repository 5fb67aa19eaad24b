// One phone: a chat as WhatsApp looks, with SMS and calls sliding in above it.
import { word } from "./words.js";

const POLL_MS = 400;
const TYPING_MS_MAX = 6000;
const CODE = /(?<![\d.,*])(\d{6})(?!\d|[.,]\d)/;

const element = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children);
  return node;
};
const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

export class Phone extends HTMLElement {
  #since = 0;
  #timer = null;
  #typingUntil = 0;

  connectedCallback() {
    if (this.childElementCount) return this.#begin();
    this.className = "phone";
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", this.number);
    this.#build();
    this.#begin();
  }

  disconnectedCallback() {
    clearTimeout(this.#timer);
  }

  get number() {
    return this.getAttribute("number");
  }

  get #address() {
    return `/sandbox/phones/${encodeURIComponent(this.number)}/messages`;
  }

  #build() {
    this.state = element("small", { textContent: word("online") });
    const remove = element("button", { type: "button", textContent: "×", ariaLabel: word("remove") });
    remove.addEventListener("click", () => this.dispatchEvent(new CustomEvent("remove-phone", { bubbles: true })));
    const bar = element("div", { className: "bar" },
      element("span", { className: "face", textContent: "V", ariaHidden: "true" }),
      element("span", { className: "who" }, element("strong", { textContent: "Ventanilla" }), this.state),
      element("small", { textContent: this.number }), remove);
    this.notices = element("div", { className: "notices", ariaLive: "polite" });
    this.talk = element("div", { className: "talk", role: "log", ariaLive: "polite", tabIndex: 0, ariaLabel: "WhatsApp" },
      element("p", { className: "empty", textContent: word("start") }));
    this.ideas = element("div", { className: "ideas" });
    this.input = element("input", { type: "text", maxLength: 4096, autocomplete: "off", placeholder: word("write"), ariaLabel: word("write") });
    this.complaint = element("p", { className: "complaint", role: "alert", hidden: true });
    const form = element("form", { className: "write" }, this.input,
      element("button", { type: "submit", textContent: "➤", ariaLabel: word("send") }));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const text = this.input.value;
      if (!text.trim()) return;
      this.input.value = "";
      this.say(text);
    });
    this.append(element("div", { className: "screen" }, bar, this.notices, this.talk, this.ideas, this.complaint, form));
    this.#showIdeas();
    document.addEventListener("language", () => this.#showIdeas());
    new ResizeObserver(() => { this.talk.scrollTop = this.talk.scrollHeight; }).observe(this.talk);
  }

  #showIdeas() {
    this.ideas.replaceChildren(...word("ideas").map((text) => {
      const button = element("button", { type: "button", textContent: text });
      button.addEventListener("click", () => this.say(text));
      return button;
    }));
    this.input.placeholder = word("write");
  }

  #begin() {
    const poll = async () => {
      try {
        const answer = await fetch(`${this.#address}?since=${this.#since}`);
        if (answer.ok) for (const message of await answer.json()) this.#receive(message);
      } catch {
        // The sandbox is being restarted; the next look will tell.
      }
      this.#showTyping();
      this.#timer = setTimeout(poll, POLL_MS);
    };
    poll();
  }

  async say(text, buttonId) {
    const bubble = this.#bubble(text, new Date(), true);
    const ticks = bubble.querySelector(".ticks");
    this.complaint.hidden = true;
    this.#typingUntil = Date.now() + TYPING_MS_MAX;
    this.#showTyping();
    const body = { provider: "twilio", body: text, profile_name: "Persona" };
    if (buttonId) body.button_id = buttonId;
    try {
      const answer = await fetch(this.#address, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
      const result = await answer.json();
      if (!answer.ok || result.webhook_status !== 200) throw new Error();
      ticks.textContent = "✓✓";
    } catch {
      ticks.textContent = "!";
      ticks.classList.add("failed");
      this.#typingUntil = 0;
      this.complaint.textContent = word("lost");
      this.complaint.hidden = false;
    }
  }

  #receive(message) {
    this.#since = Math.max(this.#since, message.seq);
    if (message.channel === "whatsapp") {
      const isCode = message.from === "Twilio Verify";
      if (!isCode) this.#typingUntil = 0;
      const bubble = this.#bubble(message.body, message.at, false);
      if (message.buttons.length) bubble.append(this.#choices(message.buttons));
      if (message.id) this.#reportRead(message.id);
    } else {
      this.#notice(message);
    }
  }

  #reportRead(id) {
    if (document.hidden) return;
    fetch("/sandbox/statuses", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ message_id: id, status: "read" }) }).catch(() => {});
  }

  #bubble(text, at, isMine) {
    this.talk.querySelector(".empty")?.remove();
    const meta = element("span", { className: "meta" }, element("time", { textContent: clock(at) }));
    if (isMine) meta.append(element("span", { className: "ticks", textContent: "✓", ariaHidden: "true" }));
    const bubble = element("div", { className: isMine ? "bubble mine" : "bubble" }, this.#withCode(text, isMine), meta);
    this.talk.append(bubble);
    if (!isMine) for (const ticks of this.talk.querySelectorAll(".mine .ticks:not(.failed)")) ticks.classList.add("read");
    this.talk.scrollTop = this.talk.scrollHeight;
    return bubble;
  }

  // A code is a button: one tap sends it, as one would type it.
  #withCode(text, isMine) {
    const paragraph = element("p");
    const found = !isMine && !/folio|receipt|comprobante/i.test(text) && CODE.exec(text);
    if (!found) {
      paragraph.textContent = text;
      return paragraph;
    }
    const button = element("button", { type: "button", className: "code", textContent: found[1], title: word("reply") });
    button.addEventListener("click", () => {
      navigator.clipboard?.writeText(found[1]).catch(() => {});
      this.say(`CONFIRMAR ${found[1]}`);
    });
    paragraph.append(text.slice(0, found.index), button, text.slice(found.index + 6));
    return paragraph;
  }

  #choices(buttons) {
    return element("div", { className: "choices" }, ...buttons.map(({ id, title }) => {
      const button = element("button", { type: "button", textContent: title });
      button.addEventListener("click", () => this.say(title, id));
      return button;
    }));
  }

  #notice(message) {
    const close = element("button", { type: "button", className: "close", textContent: "×", ariaLabel: word("close") });
    const notice = element("div", { className: "notice" },
      element("small", { textContent: `${word(message.channel) ?? message.channel} · ${clock(message.at)}` }),
      this.#withCode(message.body, false), close);
    close.addEventListener("click", () => notice.remove());
    this.notices.append(notice);
    while (this.notices.childElementCount > 3) this.notices.firstElementChild.remove();
  }

  #showTyping() {
    const isTyping = Date.now() < this.#typingUntil;
    const shown = this.talk.querySelector(".typing");
    this.state.textContent = word(isTyping ? "typing" : "online");
    if (isTyping && !shown) {
      this.talk.append(element("div", { className: "typing", ariaHidden: "true" }, element("i"), element("i"), element("i")));
    } else if (isTyping) {
      this.talk.append(shown);
    } else {
      shown?.remove();
    }
    if (isTyping) this.talk.scrollTop = this.talk.scrollHeight;
  }
}

customElements.define("sandbox-phone", Phone);
