// The page for a new password, when scripts run.
import "./show-password.js";

/** The form is sent once: the link works once, and a second request would be refused as used. */
let isSent = false;

document.addEventListener("submit", (event) => {
  if (isSent) event.preventDefault();
  isSent = true;
  event.target.setAttribute("aria-busy", "true");
});

// After the browser's back button the form can be sent again.
addEventListener("pageshow", () => {
  isSent = false;
  document.querySelector("form")?.removeAttribute("aria-busy");
});
