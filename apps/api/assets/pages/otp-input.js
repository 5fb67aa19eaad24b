/**
 * <otp-input length="6" name="code">: a one-time code, a box for each digit.
 *
 * Around a plain field, which is there for whoever has no scripts and gives way to the boxes:
 *   <otp-input length="6" name="code" label="Six-digit code" digit="Digit {n} of {of}">
 *     <label for="code">Code</label><input id="code" name="code" autocomplete="one-time-code">
 *   </otp-input>
 *
 * Attributes
 *   length       how many digits; 6
 *   name         the form field's name: the element takes part in its form
 *   label        what the boxes are together, for screen readers
 *   digit        what each box is; {n} and {of} are put in
 *   invalid      the code was refused: the boxes say so
 *   describedby  the id of what says why
 *   webotp       "off": the browser is not asked for the code in an SMS (WebOTP)
 *
 * Properties: value (digits so far; may be set), clear(), focus().
 *
 * Events, both bubble
 *   otp-change    {value, complete}  with each change
 *   otp-complete  {value}            once all digits are there
 *
 * Digits only. Typing moves on, Backspace moves back, arrows, Home and End move; a pasted or filled-in
 * code spreads over the boxes, whatever stands between its digits.
 */
export class OtpInput extends HTMLElement {
  static formAssociated = true;
  #internals = this.attachInternals();
  #boxes = [];
  #abort;

  connectedCallback() {
    if (this.#boxes.length === 0) this.#build();
    this.#listenForSms();
  }

  disconnectedCallback() {
    this.#abort?.abort();
  }

  get length() { return Number(this.getAttribute("length")) || 6; }
  get name() { return this.getAttribute("name") ?? ""; }
  get form() { return this.#internals.form; }
  get value() { return this.#boxes.map((box) => box.value).join(""); }
  set value(text) { this.clear(); this.#spread(0, text); }

  clear() {
    for (const box of this.#boxes) box.value = "";
    this.#changed();
  }

  focus(options) {
    (this.#boxes.find((box) => !box.value) ?? this.#boxes.at(-1))?.focus(options);
  }

  formResetCallback() { this.clear(); }

  #build() {
    const digit = this.getAttribute("digit") ?? "{n}/{of}";
    const boxes = document.createElement("div");
    boxes.className = "otp-boxes";
    boxes.style.setProperty("--otp-length", this.length);
    for (let n = 1; n <= this.length; n += 1) {
      const box = document.createElement("input");
      box.type = "text";
      box.inputMode = "numeric";
      // The first takes what the keyboard offers from an SMS; the others ask for nothing.
      box.autocomplete = n === 1 ? "one-time-code" : "off";
      box.setAttribute("aria-label", digit.replace("{n}", n).replace("{of}", this.length));
      if (this.hasAttribute("invalid")) box.setAttribute("aria-invalid", "true");
      if (this.hasAttribute("describedby")) box.setAttribute("aria-describedby", this.getAttribute("describedby"));
      boxes.append(box);
      this.#boxes.push(box);
    }
    this.setAttribute("role", "group");
    if (this.hasAttribute("label")) this.setAttribute("aria-label", this.getAttribute("label"));
    this.replaceChildren(boxes);
    this.addEventListener("input", (event) => this.#input(event));
    this.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("paste", (event) => this.#paste(event));
    this.addEventListener("focusin", (event) => event.target.select?.());
    this.#internals.setFormValue("");
  }

  #input(event) {
    event.stopPropagation();
    const at = this.#boxes.indexOf(event.target);
    const text = event.target.value;
    event.target.value = "";
    this.#spread(at, text);
  }

  /** Puts the digits of a text into the boxes from there on; a whole code fills them all. */
  #spread(from, text) {
    const digits = [...text.normalize("NFKC")].filter((c) => c >= "0" && c <= "9");
    let at = digits.length >= this.length ? 0 : Math.max(from, 0);
    for (const digit of digits.slice(0, this.length)) {
      if (at >= this.length) break;
      this.#boxes[at].value = digit;
      at += 1;
    }
    if (digits.length > 0 && this.contains(document.activeElement)) this.#boxes[Math.min(at, this.length - 1)].focus();
    this.#changed();
  }

  #key(event) {
    const at = this.#boxes.indexOf(event.target);
    const go = (to) => {
      event.preventDefault();
      this.#boxes[Math.min(Math.max(to, 0), this.length - 1)].focus();
    };
    if (event.key === "Backspace") {
      const box = event.target.value ? event.target : this.#boxes[at - 1];
      if (box) box.value = "";
      go(at - (box === event.target ? 0 : 1));
      this.#changed();
    } else if (event.key === "Delete") {
      event.target.value = "";
      this.#changed();
    } else if (event.key === "ArrowLeft") go(at - 1);
    else if (event.key === "ArrowRight") go(at + 1);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(this.length - 1);
  }

  #paste(event) {
    event.preventDefault();
    this.#spread(this.#boxes.indexOf(event.target), event.clipboardData?.getData("text") ?? "");
  }

  #changed() {
    const { value } = this;
    const complete = value.length === this.length;
    this.#internals.setFormValue(value);
    this.dispatchEvent(new CustomEvent("otp-change", { bubbles: true, detail: { value, complete } }));
    if (complete) this.dispatchEvent(new CustomEvent("otp-complete", { bubbles: true, detail: { value } }));
  }

  /** WebOTP: an SMS whose last line is `@this.site #123456` fills the boxes by itself. */
  async #listenForSms() {
    if (!("OTPCredential" in window) || this.getAttribute("webotp") === "off") return;
    this.#abort = new AbortController();
    try {
      const found = await navigator.credentials.get({ otp: { transport: ["sms"] }, signal: this.#abort.signal });
      if (found?.code) this.value = found.code;
    } catch {
      // No SMS came, or the person said no: there are the boxes.
    }
  }
}

customElements.define("otp-input", OtpInput);
