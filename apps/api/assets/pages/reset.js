// The page for a new password, once scripts run.
import "./show-password.js";

/** The link works once: what is sent twice would be told that it was used already. */
let isSent = false;

document.addEventListener("submit", (event) => {
  if (isSent) event.preventDefault();
  isSent = true;
  event.target.setAttribute("aria-busy", "true");
});

// Come back to by the browser's own button, it is as new.
addEventListener("pageshow", () => {
  isSent = false;
  document.querySelector("form")?.removeAttribute("aria-busy");
});
