// The texts of the page, in three languages.
const WORDS = {
  es: {
    phones: "Teléfonos", number: "Número de teléfono", add: "Agregar teléfono", language: "Idioma", faults: "Fallos",
    wire: "Tráfico", wireHint: "Llamadas a los proveedores y sus webhooks, lo más nuevo primero, sin secretos.",
    write: "Escribe un mensaje", send: "Enviar", remove: "Quitar este teléfono", start: "Escribe «hola» para empezar.",
    typing: "escribiendo…", online: "en línea", close: "Cerrar aviso", reply: "Enviar este código", copied: "Código copiado",
    badNumber: "Ese número no existe.", lost: "El mensaje no llegó a la API. ¿Está en marcha?", sms: "Mensaje de texto", call: "Llamada", email: "Correo",
    ideas: ["hola", "saldo", "movimientos", "Transferir 150.50 a 012345678901234567", "manda 150 a mi mamá", "sí", "no", "ayuda"],
    dropReply: "perder la próxima respuesta", tooMany: "rechazar dos veces (429)", slow: "tardar 3 s", noCode: "no enviar el código", clear: "quitar todos",
    armedNone: "", armed: (n) => (n === 1 ? "1 fallo preparado" : `${n} fallos preparados`),
    channel: "Canal", whatsapp: "WhatsApp", telegram: "Telegram", emailChannel: "Correo", bot: "bot", mailbox: "Buzón", mailEmpty: "Aquí llegan los correos de esta dirección.",
    startTelegram: "Toca /start para empezar.", block: "bloquear el bot", unblock: "desbloquear el bot", closeList: "Cerrar la lista", victim: "Proveedor",
    ideasTelegram: ["/start", "/help", "/balance", "saldo", "movimientos", "Transferir 150.50 a 012345678901234567"],
    refused: "rechazar del todo", busy: "pedir dos veces otro intento",
  },
  en: {
    phones: "Phones", number: "Phone number", add: "Add phone", language: "Language", faults: "Faults",
    wire: "Traffic", wireHint: "Calls to the providers and their webhooks, newest first, without secrets.",
    write: "Write a message", send: "Send", remove: "Remove this phone", start: "Write “hello” to start.",
    typing: "typing…", online: "online", close: "Close notice", reply: "Send this code", copied: "Code copied",
    badNumber: "That number doesn't exist.", lost: "The message didn't reach the API. Is it running?", sms: "Text message", call: "Call", email: "Email",
    ideas: ["hello", "balance", "transactions", "Send 150.50 to 012345678901234567", "send 150 to my mom", "yes", "no", "help"],
    dropReply: "lose the next reply", tooMany: "refuse twice (429)", slow: "take 3 s", noCode: "don't send the code", clear: "clear all",
    armedNone: "", armed: (n) => (n === 1 ? "1 fault set" : `${n} faults set`),
    channel: "Channel", whatsapp: "WhatsApp", telegram: "Telegram", emailChannel: "Email", bot: "bot", mailbox: "Mailbox", mailEmpty: "Emails to this address arrive here.",
    startTelegram: "Tap /start to start.", block: "block the bot", unblock: "unblock the bot", closeList: "Close the list", victim: "Provider",
    ideasTelegram: ["/start", "/help", "/balance", "balance", "transactions", "Send 150.50 to 012345678901234567"],
    refused: "refuse for good", busy: "say “try later” twice",
  },
  pt: {
    phones: "Telefones", number: "Número de telefone", add: "Adicionar telefone", language: "Idioma", faults: "Falhas",
    wire: "Tráfego", wireHint: "Chamadas aos provedores e os webhooks deles, as mais novas primeiro, sem segredos.",
    write: "Escreva uma mensagem", send: "Enviar", remove: "Remover este telefone", start: "Escreva “oi” para começar.",
    typing: "digitando…", online: "online", close: "Fechar aviso", reply: "Enviar este código", copied: "Código copiado",
    badNumber: "Esse número não existe.", lost: "A mensagem não chegou à API. Ela está rodando?", sms: "Mensagem de texto", call: "Chamada", email: "E-mail",
    ideas: ["oi", "saldo", "extrato", "Transferir 150,50 para 012345678901234567", "manda 150 pra minha mãe", "sim", "não", "ajuda"],
    dropReply: "perder a próxima resposta", tooMany: "recusar duas vezes (429)", slow: "demorar 3 s", noCode: "não enviar o código", clear: "limpar todas",
    armedNone: "", armed: (n) => (n === 1 ? "1 falha preparada" : `${n} falhas preparadas`),
    channel: "Canal", whatsapp: "WhatsApp", telegram: "Telegram", emailChannel: "E-mail", bot: "bot", mailbox: "Caixa de entrada", mailEmpty: "Os e-mails deste endereço chegam aqui.",
    startTelegram: "Toque em /start para começar.", block: "bloquear o bot", unblock: "desbloquear o bot", closeList: "Fechar a lista", victim: "Provedor",
    ideasTelegram: ["/start", "/help", "/balance", "saldo", "extrato", "Transferir 150,50 para 012345678901234567"],
    refused: "recusar de vez", busy: "pedir duas vezes outra tentativa",
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
