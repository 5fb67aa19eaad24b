/**
 * <resend-button cooldown="60" waiting="Again in {time}">: buttons that can be pressed after a wait.
 *
 *   <resend-button cooldown="60" waiting="You can ask for another in {time}">
 *     <button name="channel" value="sms">Send again</button>
 *   </resend-button>
 *
 * Attributes
 *   cooldown  seconds from now; a new value starts again. 0: no wait
 *   waiting   the text during the wait; {time} is replaced by m:ss. A child with the class "wait" shows it without
 *             scripts, and is used again
 *
 * Property: left, seconds; may be set.
 *
 * Event, bubbles: resend-ready, once the wait is over.
 *
 * During the wait the buttons stay focusable, are announced as disabled, and do nothing.
 */
export class ResendButton extends HTMLElement {
  static observedAttributes = ["cooldown"];
  #until = 0;
  #timer;
  #wait;

  connectedCallback() {
    this.addEventListener("click", this.#hold, true);
    this.#run();
  }

  disconnectedCallback() { clearInterval(this.#timer); }

  attributeChangedCallback() { this.left = Number(this.getAttribute("cooldown")) || 0; }

  get left() { return Math.max(0, Math.ceil((this.#until - performance.now()) / 1000)); }
  set left(seconds) {
    this.#until = performance.now() + 1000 * seconds;
    if (this.isConnected) this.#run();
  }

  #hold = (event) => {
    if (this.left > 0 && event.target.closest("button")) {
      event.preventDefault();
      event.stopPropagation();
    }
  };

  #run() {
    clearInterval(this.#timer);
    if (this.left > 0) this.#timer = setInterval(() => this.#show(), 250);
    this.#show();
  }

  #show() {
    const { left } = this;
    for (const button of this.querySelectorAll("button")) button.setAttribute("aria-disabled", String(left > 0));
    if (left > 0) {
      this.#wait ??= this.querySelector(".wait") ?? this.appendChild(Object.assign(document.createElement("p"), { className: "wait" }));
      const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
      this.#wait.textContent = (this.getAttribute("waiting") ?? "{time}").replace("{time}", time);
      return;
    }
    const waited = this.#wait !== undefined;
    this.#wait?.remove();
    this.#wait = undefined;
    clearInterval(this.#timer);
    if (waited) this.dispatchEvent(new CustomEvent("resend-ready", { bubbles: true }));
  }
}

customElements.define("resend-button", ResendButton);
