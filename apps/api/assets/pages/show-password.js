/**
 * <show-password show="Show" hide="Hide">: a button that shows what is typed into the password field in it.
 *
 *   <show-password show="Show" hide="Hide"><input type="password" name="new_password"></show-password>
 *
 * Attributes: show, hide: the texts of the button. The field is hidden again when its form is sent.
 */
export class ShowPassword extends HTMLElement {
  connectedCallback() {
    const field = this.querySelector("input");
    if (!field || this.querySelector("button")) return;
    const button = document.createElement("button");
    button.type = "button";
    const set = (isShown) => {
      field.type = isShown ? "text" : "password";
      button.textContent = this.getAttribute(isShown ? "hide" : "show") ?? "";
      button.setAttribute("aria-pressed", String(isShown));
    };
    button.addEventListener("click", () => { set(field.type === "password"); field.focus(); });
    field.form?.addEventListener("submit", () => set(false));
    set(false);
    this.append(button);
  }
}

customElements.define("show-password", ShowPassword);
