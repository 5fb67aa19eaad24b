// The page's own words, in three languages.
const WORDS = {
  es: {
    phones: "Teléfonos", number: "Número de teléfono", add: "Agregar teléfono", language: "Idioma", faults: "Fallos",
    wire: "El cable", wireHint: "Lo que pasó por los webhooks y por la API del proveedor, con los secretos tapados.",
    write: "Escribe un mensaje", send: "Enviar", remove: "Quitar este teléfono", start: "Escribe «hola» para empezar.",
    typing: "escribiendo…", online: "en línea", close: "Cerrar aviso", reply: "Enviar este código", copied: "Código copiado",
    badNumber: "Ese número no es posible.", lost: "No llegó a la API. ¿Está en marcha?", sms: "Mensaje de texto", call: "Llamada", email: "Correo",
    ideas: ["hola", "saldo", "movimientos", "Transferir 150.50 a 012345678901234567", "manda 150 a mi mamá", "sí", "no", "ayuda"],
    dropReply: "pierde la próxima respuesta", tooMany: "dos rechazos 429", slow: "tarda 3 s", noCode: "el código no sale", clear: "quitar fallos",
    armedNone: "", armed: (n) => (n === 1 ? "1 fallo preparado" : `${n} fallos preparados`),
    channel: "Canal", whatsapp: "WhatsApp", telegram: "Telegram", emailChannel: "Correo", bot: "bot", mailbox: "Buzón", mailEmpty: "Aquí llegan los correos de esta dirección.",
    startTelegram: "Toca /start para empezar.", block: "bloquear el bot", unblock: "desbloquear el bot", closeList: "Cerrar la lista", victim: "A quién le pasa",
    ideasTelegram: ["/start", "/help", "/balance", "saldo", "movimientos", "Transferir 150.50 a 012345678901234567"],
    refused: "un rechazo definitivo", busy: "dos «vuelve luego»",
  },
  en: {
    phones: "Phones", number: "Phone number", add: "Add phone", language: "Language", faults: "Faults",
    wire: "The wire", wireHint: "What went over the webhooks and the provider's API, with secrets covered.",
    write: "Write a message", send: "Send", remove: "Remove this phone", start: "Write “hello” to begin.",
    typing: "typing…", online: "online", close: "Close notice", reply: "Send this code", copied: "Code copied",
    badNumber: "That number is not possible.", lost: "It did not reach the API. Is it running?", sms: "Text message", call: "Call", email: "E-mail",
    ideas: ["hello", "balance", "transactions", "Send 150.50 to 012345678901234567", "send 150 to my mum", "yes", "no", "help"],
    dropReply: "lose the next reply", tooMany: "two 429 refusals", slow: "take 3 s", noCode: "the code fails", clear: "clear faults",
    armedNone: "", armed: (n) => (n === 1 ? "1 fault armed" : `${n} faults armed`),
    channel: "Channel", whatsapp: "WhatsApp", telegram: "Telegram", emailChannel: "E-mail", bot: "bot", mailbox: "Mailbox", mailEmpty: "Mail for this address arrives here.",
    startTelegram: "Tap /start to begin.", block: "block the bot", unblock: "unblock the bot", closeList: "Close the list", victim: "Whom it befalls",
    ideasTelegram: ["/start", "/help", "/balance", "balance", "transactions", "Send 150.50 to 012345678901234567"],
    refused: "one final refusal", busy: "two “try later”",
  },
  pt: {
    phones: "Telefones", number: "Número de telefone", add: "Adicionar telefone", language: "Idioma", faults: "Falhas",
    wire: "O fio", wireHint: "O que passou pelos webhooks e pela API do provedor, com os segredos cobertos.",
    write: "Escreva uma mensagem", send: "Enviar", remove: "Remover este telefone", start: "Escreva «oi» para começar.",
    typing: "digitando…", online: "online", close: "Fechar aviso", reply: "Enviar este código", copied: "Código copiado",
    badNumber: "Esse número não é possível.", lost: "Não chegou à API. Ela está rodando?", sms: "Mensagem de texto", call: "Chamada", email: "E-mail",
    ideas: ["oi", "saldo", "extrato", "Transferir 150,50 para 012345678901234567", "manda 150 pra minha mãe", "sim", "não", "ajuda"],
    dropReply: "perder a próxima resposta", tooMany: "duas recusas 429", slow: "demorar 3 s", noCode: "o código falha", clear: "limpar falhas",
    armedNone: "", armed: (n) => (n === 1 ? "1 falha armada" : `${n} falhas armadas`),
    channel: "Canal", whatsapp: "WhatsApp", telegram: "Telegram", emailChannel: "E-mail", bot: "bot", mailbox: "Caixa de entrada", mailEmpty: "Os e-mails deste endereço chegam aqui.",
    startTelegram: "Toque em /start para começar.", block: "bloquear o bot", unblock: "desbloquear o bot", closeList: "Fechar a lista", victim: "Com quem acontece",
    ideasTelegram: ["/start", "/help", "/balance", "saldo", "extrato", "Transferir 150,50 para 012345678901234567"],
    refused: "uma recusa definitiva", busy: "dois «tente depois»",
  },
};

const known = (tag) => (WORDS[tag] ? tag : null);
let language = known(localStorage.getItem("language")) ?? known(navigator.language.slice(0, 2)) ?? "es";

export const word = (name) => WORDS[language][name];
export const currentLanguage = () => language;

export function setLanguage(tag) {
  language = known(tag) ?? "es";
  localStorage.setItem("language", language);
  apply();
}

export function apply(root = document) {
  document.documentElement.lang = language;
  for (const node of root.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
  document.dispatchEvent(new CustomEvent("language"));
}
