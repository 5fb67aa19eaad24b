// The channels of a phone: the provider, the look and the label of each.
export const CHANNELS = {
  whatsapp: { provider: "twilio", channel: "whatsapp", look: "whatsapp", label: "WhatsApp · Twilio" },
  "whatsapp-meta": { provider: "meta", channel: "whatsapp", look: "whatsapp", label: "WhatsApp · Meta", typingMs: 25000 },
  telegram: { provider: "telegram", channel: "telegram", look: "telegram", label: "Telegram", typingMs: 5000 },
  email: { provider: "smtp", channel: "email", look: "email", label: "Email" },
};

export const channelOf = (name) => CHANNELS[name] ?? CHANNELS.whatsapp;

// The canonical address: E.164, where ten digits without a + are a Mexican number; for mail, an email address.
// Null if the text is neither.
export function canonical(text, name) {
  const given = text.trim();
  if (name === "email") return /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(given) ? given.toLowerCase() : null;
  const digits = given.replace(/[^\d]/g, "");
  if (given.startsWith("+")) return digits.length >= 8 && digits.length <= 15 ? `+${digits}` : null;
  return digits.length === 10 ? `+52${digits}` : null;
}

export const EXAMPLE = { email: "ana@example.com" };
export const exampleOf = (name) => EXAMPLE[name] ?? "+52 55 1234 5678";
