/**
 * <otp-input length="6" name="code">: a one-time code, a box for each digit.
 *
 * It wraps a plain field, which works without scripts and is replaced by the boxes:
 *   <otp-input length="6" name="code" label="Six-digit code" digit="Digit {n} of {of}" required>
 *     <label for="code">Code</label><input id="code" name="code" autocomplete="one-time-code">
 *   </otp-input>
 *
 * Attributes; all but length and webotp may be changed
 *   length       how many digits; 6
 *   name         the form field's name: the element takes part in its form
 *   label        the name of all boxes together, for screen readers
 *   digit        the name of each box; {n} and {of} are replaced
 *   required     a form without a code is not sent. An incomplete code is never sent
 *   incomplete   what the browser says about an incomplete code
 *   invalid      the code was refused: the boxes say so
 *   describedby  the id of the element that says why
 *   disabled     as on any field, also through a fieldset
 *   webotp       "off": the browser is not asked for the code in an SMS (WebOTP)
 *
 * Properties: value (digits so far; may be set, before it is in the page too), form, validity. Methods: clear(),
 * focus(), checkValidity(), reportValidity(). What a script sets fires no event.
 *
 * Events, both bubble
 *   otp-change    {value, complete}  with each change
 *   otp-complete  {value}            once all digits are there; not for each that is mended afterwards
 *
 * Digits only, in whichever script a keyboard writes them. Typing moves on, Backspace moves back, arrows, Home and End
 * move; a pasted or filled-in code spreads over the boxes, and is found among other words and numbers.
 *
 * It brings the layout of its boxes. Any rule of the page overrides it.
 */
const LAYOUT = new CSSStyleSheet();
LAYOUT.replaceSync(`
  :where(.otp-boxes) { display: grid; grid-template-columns: repeat(var(--otp-length, 6), minmax(0, 1fr)); gap: 8px; }
  :where(.otp-boxes input) { box-sizing: border-box; width: 100%; min-width: 0; min-height: 48px; text-align: center; }
`);

/** The digit zero in each script that keyboards write. */
const ZEROS = [..."0٠۰०০੦૦୦௦౦೦൦๐໐༠၀"].map((zero) => zero.codePointAt(0));

function inAscii(text) {
  return text.normalize("NFKC").replace(/\p{Nd}/gu, (digit) => {
    const zero = ZEROS.findLast((known) => known <= digit.codePointAt(0));
    const value = digit.codePointAt(0) - zero;
    return value < 10 ? String(value) : digit;
  });
}

/** The code in a text: a run of exactly that many digits, whole or split in the middle; else all digits. */
function digitsIn(text, length) {
  const plain = inAscii(text);
  const runs = plain.match(/\d+/g) ?? [];
  const half = Math.floor(length / 2);
  const parted = plain.match(new RegExp(`(?:^|\\D)(\\d{${half}})[ -](\\d{${length - half}})(?!\\d)`));
  return runs.find((run) => run.length === length) ?? (parted ? parted[1] + parted[2] : runs.join(""));
}

export class OtpInput extends HTMLElement {
  static formAssociated = true;
  static observedAttributes = ["label", "digit", "invalid", "describedby", "required", "incomplete"];
  #internals = this.attachInternals();
  #boxes = [];
  #early = "";
  #isComplete = false;
  #abort;

  connectedCallback() {
    const root = this.getRootNode();
    if (!root.adoptedStyleSheets.includes(LAYOUT)) root.adoptedStyleSheets.push(LAYOUT);
    if (this.#boxes.length === 0) this.#build();
    this.#listenForSms();
  }

  disconnectedCallback() { this.#abort?.abort(); }

  attributeChangedCallback() {
    if (this.#boxes.length === 0) return;
    this.#describe();
    this.#keep();
  }

  get length() { return Number(this.getAttribute("length")) || 6; }
  get name() { return this.getAttribute("name") ?? ""; }
  get form() { return this.#internals.form; }
  get validity() { return this.#internals.validity; }
  checkValidity() { return this.#internals.checkValidity(); }
  reportValidity() { return this.#internals.reportValidity(); }

  get value() { return this.#boxes.length === 0 ? this.#early : this.#boxes.map((box) => box.value).join(""); }
  set value(text) {
    const digits = digitsIn(String(text ?? ""), this.length).slice(0, this.length);
    this.#early = digits;
    this.#boxes.forEach((box, n) => { box.value = digits[n] ?? ""; });
    this.#keep();
  }

  clear() { this.value = ""; }

  focus(options) {
    (this.#boxes.find((box) => !box.value) ?? this.#boxes.at(-1))?.focus(options);
  }

  formResetCallback() { this.clear(); }

  formDisabledCallback(isDisabled) {
    for (const box of this.#boxes) box.disabled = isDisabled;
  }

  #build() {
    const boxes = document.createElement("div");
    boxes.className = "otp-boxes";
    boxes.style.setProperty("--otp-length", this.length);
    for (let n = 1; n <= this.length; n += 1) {
      const box = document.createElement("input");
      box.type = "text";
      box.inputMode = "numeric";
      // The first box takes the code that the keyboard offers from an SMS; the others ask for none.
      box.autocomplete = n === 1 ? "one-time-code" : "off";
      box.value = this.#early[n - 1] ?? "";
      box.disabled = this.matches(":disabled");
      boxes.append(box);
      this.#boxes.push(box);
    }
    this.setAttribute("role", "group");
    this.#describe();
    this.replaceChildren(boxes);
    this.addEventListener("beforeinput", (event) => this.#beforeInput(event));
    this.addEventListener("input", (event) => this.#input(event));
    this.addEventListener("keydown", (event) => this.#key(event));
    this.addEventListener("paste", (event) => this.#paste(event));
    this.addEventListener("focusin", (event) => event.target.select?.());
    this.#keep();
  }

  /** Applies the attributes to the boxes. */
  #describe() {
    const name = (element, attribute, value) => {
      if (value === null) element.removeAttribute(attribute);
      else element.setAttribute(attribute, value);
    };
    const digit = this.getAttribute("digit") ?? "{n}/{of}";
    name(this, "aria-label", this.getAttribute("label"));
    this.#boxes.forEach((box, n) => {
      box.setAttribute("aria-label", digit.replace("{n}", n + 1).replace("{of}", this.length));
      name(box, "aria-invalid", this.hasAttribute("invalid") ? "true" : null);
    });
    // It is read out once, not for every box.
    name(this.#boxes[0], "aria-describedby", this.getAttribute("describedby"));
  }

  #beforeInput(event) {
    // Touch keyboards send no key name.
    if (event.inputType !== "deleteContentBackward" || event.isComposing) return;
    event.preventDefault();
    this.#back(this.#boxes.indexOf(event.target));
  }

  #input(event) {
    event.stopPropagation();
    const box = event.target;
    const isTyped = ["insertText", "insertCompositionText"].includes(event.inputType) && Boolean(event.data);
    // A digit that is typed beside another one replaces it.
    const digits = digitsIn(isTyped ? event.data : box.value, this.length);
    box.value = isTyped && digits === "" ? digitsIn(box.value, this.length).slice(0, 1) : "";
    this.#spread(this.#boxes.indexOf(box), digits);
  }

  /** Puts digits into the boxes, from this one on; a complete code fills all boxes. */
  #spread(from, digits) {
    let at = digits.length >= this.length ? 0 : Math.max(from, 0);
    for (const digit of digits.slice(0, this.length - at)) {
      this.#boxes[at].value = digit;
      at += 1;
    }
    if (digits !== "" && this.contains(document.activeElement)) this.#go(at);
    this.#changed(digits.length >= this.length);
  }

  #go(to) { this.#boxes[Math.min(Math.max(to, 0), this.length - 1)].focus(); }

  /** Empties the box, or the one before it if it is empty. */
  #back(at) {
    const from = this.#boxes[at].value ? at : Math.max(at - 1, 0);
    this.#boxes[from].value = "";
    this.#go(from);
    this.#changed();
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
    const at = this.#boxes.indexOf(event.target);
    const keys = {
      Backspace: () => this.#back(at),
      Delete: () => { event.target.value = ""; this.#changed(); },
      ArrowLeft: () => this.#go(at - 1),
      ArrowRight: () => this.#go(at + 1),
      Home: () => this.#go(0),
      End: () => this.#go(this.length - 1),
    };
    if (!Object.hasOwn(keys, event.key)) return;
    event.preventDefault();
    keys[event.key]();
  }

  #paste(event) {
    event.preventDefault();
    const text = event.clipboardData?.getData("text") ?? "";
    this.#spread(this.#boxes.indexOf(event.target), digitsIn(text, this.length));
  }

  /** Sets the form's value and validity. */
  #keep() {
    const { value } = this;
    this.#isComplete = value.length === this.length;
    this.#internals.setFormValue(value);
    const valueMissing = this.hasAttribute("required") && value === "";
    const tooShort = value !== "" && value.length < this.length;
    const empty = this.#boxes.find((box) => !box.value);
    if (empty && (valueMissing || tooShort)) {
      this.#internals.setValidity({ valueMissing, tooShort }, this.getAttribute("incomplete") ?? `${value.length}/${this.length}`, empty);
    } else this.#internals.setValidity({});
  }

  #changed(isWhole = false) {
    const wasComplete = this.#isComplete && !isWhole;
    this.#keep();
    const { value } = this;
    const complete = this.#isComplete;
    this.dispatchEvent(new CustomEvent("otp-change", { bubbles: true, detail: { value, complete } }));
    if (complete && !wasComplete) this.dispatchEvent(new CustomEvent("otp-complete", { bubbles: true, detail: { value } }));
  }

  /** WebOTP: an SMS whose last line is `@this.site #123456` fills the boxes by itself. */
  async #listenForSms() {
    if (!("OTPCredential" in window) || this.getAttribute("webotp") === "off") return;
    this.#abort = new AbortController();
    try {
      const found = await navigator.credentials.get({ otp: { transport: ["sms"] }, signal: this.#abort.signal });
      if (found?.code) this.#spread(0, digitsIn(found.code, this.length));
    } catch {
      // No SMS came, or the person refused: the boxes remain.
    }
  }
}

customElements.define("otp-input", OtpInput);
