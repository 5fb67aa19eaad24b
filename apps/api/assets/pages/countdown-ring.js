/**
 * <countdown-ring deadline="2027-01-31T12:00:00Z">: the time that is left, as a ring and as m:ss.
 *
 * Attributes
 *   deadline  when it ends, ISO 8601; if it is changed, the ring counts to the new one
 *   now       the server's time when it wrote the deadline: a clock that is wrong here does no harm. Read with the
 *             deadline: set it first
 *   total     seconds of a full ring; 600
 *   label     what is counted, for screen readers
 *   level     set by the element, for its colours: calm, soon (< 3 min), hurry (< 1 min), over
 *
 * Property: left, seconds; may be set. Without a deadline that can be read it is NaN, and nothing is shown.
 *
 * Event, bubbles: countdown-level {level, left}, when the level changes.
 *
 * Its content is shown without scripts. The ring moves once a second, without animation.
 */
const RADIUS = 28;
const AROUND = 2 * Math.PI * RADIUS;
const SVG = "http://www.w3.org/2000/svg";

function part(name, attributes, parent) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return parent.appendChild(element);
}

export class CountdownRing extends HTMLElement {
  static observedAttributes = ["deadline"];
  #end = NaN;
  #timer;
  #arc;
  #text;

  connectedCallback() {
    if (!this.#arc) {
      this.#draw();
      this.#read();
    }
    this.#run();
  }

  disconnectedCallback() { clearInterval(this.#timer); }

  attributeChangedCallback() {
    if (!this.#arc) return;
    this.#read();
    this.#run();
  }

  get left() { return Math.max(0, Math.ceil((this.#end - performance.now()) / 1000)); }
  set left(seconds) {
    this.#end = performance.now() + 1000 * seconds;
    if (this.#arc) this.#run();
  }

  #draw() {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 64 64");
    svg.setAttribute("aria-hidden", "true");
    part("circle", { cx: 32, cy: 32, r: RADIUS }, svg);
    this.#arc = part("circle", { class: "left", cx: 32, cy: 32, r: RADIUS, transform: "rotate(-90 32 32)", "stroke-dasharray": AROUND }, svg);
    this.#text = part("text", { x: 32, y: 32 }, svg);
    this.replaceChildren(svg);
    this.setAttribute("role", "timer");
  }

  #read() {
    const now = Date.parse(this.getAttribute("now")) || Date.now();
    this.#end = performance.now() + (Date.parse(this.getAttribute("deadline")) - now);
  }

  #run() {
    clearInterval(this.#timer);
    if (this.isConnected) this.#timer = setInterval(() => this.#show(), 250);
    this.#show();
  }

  #show() {
    const { left } = this;
    if (Number.isNaN(left)) return;
    const total = Number(this.getAttribute("total")) || 600;
    const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (this.#text.textContent !== time) {
      this.#text.textContent = time;
      this.#arc.setAttribute("stroke-dashoffset", AROUND * (1 - Math.min(1, left / total)));
      this.setAttribute("aria-label", `${this.getAttribute("label") ?? ""} ${time}`.trim());
    }
    const level = left === 0 ? "over" : left < 60 ? "hurry" : left < 180 ? "soon" : "calm";
    if (this.getAttribute("level") !== level) {
      this.setAttribute("level", level);
      this.dispatchEvent(new CustomEvent("countdown-level", { bubbles: true, detail: { level, left } }));
    }
    if (left === 0) clearInterval(this.#timer);
  }
}

customElements.define("countdown-ring", CountdownRing);
