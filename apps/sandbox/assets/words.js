// The texts of the page, in three languages.
const WORDS = {
  es: {
    phones: "Teléfonos", number: "Número de teléfono", add: "Agregar teléfono", language: "Idioma", faults: "Fallos",
    wire: "Tráfico", wireHint: "Cada mensaje con sus llamadas, su webhook y sus estados, lo más nuevo primero. Códigos y números van tapados: tócalos para verlos.",
    write: "Escribe un mensaje", send: "Enviar", remove: "Quitar este teléfono", start: "Escribe «hola» para empezar.",
    typing: "escribiendo…", online: "en línea", close: "Cerrar aviso", reply: "Enviar este código", copied: "Código copiado",
    deposit: "Depositar 5,000.00 MXN", noDeposit: "No se pudo depositar: la API no está en este proceso.",
    badNumber: "Ese número no existe.", lost: "El mensaje no llegó a la API. ¿Está en marcha?", sms: "Mensaje de texto", call: "Llamada", email: "Correo",
    dropReply: "perder la próxima respuesta", tooMany: "rechazar dos veces (429)", slow: "tardar 3 s", noCode: "no enviar el código", clear: "quitar todos",
    armedNone: "", armed: (n) => (n === 1 ? "1 fallo preparado" : `${n} fallos preparados`),
    channel: "Canal", whatsapp: "WhatsApp", telegram: "Telegram", emailChannel: "Correo", bot: "bot", mailbox: "Buzón", mailEmpty: "Aquí llegan los correos de esta dirección.",
    startTelegram: "Toca /start para empezar.", block: "bloquear el bot", unblock: "desbloquear el bot", closeList: "Cerrar la lista", victim: "Proveedor",
    refused: "rechazar del todo", busy: "pedir dos veces otro intento",
    bank: "Banco", bankHint: "Los pagos a cuentas de otros bancos. Decide qué pasa con cada uno.", bankNone: "Aún no hay pagos. Con BANK_CLIENT_MODE=http pasan por aquí.", settle: "liquidar", refuse: "rechazar",
    entryAccount: "CLABE que recibe", entryAmount: "Monto", book: "Abonar", booked: "Abonado.", notBooked: "No se pudo abonar.", unavailable: "fallar una vez (503)", noToken: "negar la credencial dos veces", notFound: "no encontrar un pago",
    bank_PDNG: "pendiente", bank_ACSP: "en curso", bank_ACSC: "liquidado", bank_transfer: "ordena un pago", bank_status: "pregunta por un pago", bank_token: "pide una credencial", bank_balance: "lee el saldo", bank_statement: "lee el estado de cuenta",
    inbox: "Mensajes de texto y correos", inboxEmpty: "Aquí quedan los mensajes de texto y las llamadas.", allIdeas: "Ideas", calls: (n) => (n === 1 ? "1 llamada" : `${n} llamadas`), keyboard: "Mostrar u ocultar el teclado del bot",
    editMessage: "Editar este mensaje", editing: "Editas un mensaje enviado", stopEditing: "Dejar de editar", edited: "editado", uncover: "Mostrar u ocultar", side: "Tráfico y fallos", jump: "Ir a un teléfono",
    fromPerson: "de la persona", toPerson: "para la persona", contact: "su número", status_sent: "enviado", status_delivered: "entregado", status_read: "leído", status_failed: "fallido", status_undelivered: "no entregado",
    "verify.start": "pide un código", "verify.check": "comprueba un código", "verify.fetch": "pregunta por un código", "verify.update": "cierra un código", lookup: "consulta el número", sendChatAction: "escribiendo…", getMe: "¿quién es el bot?",
  },
  en: {
    phones: "Phones", number: "Phone number", add: "Add phone", language: "Language", faults: "Faults",
    wire: "Traffic", wireHint: "Each message with its calls, its webhook and its statuses, newest first. Codes and numbers are covered: click to see one.",
    write: "Write a message", send: "Send", remove: "Remove this phone", start: "Write “hello” to start.",
    typing: "typing…", online: "online", close: "Close notice", reply: "Send this code", copied: "Code copied",
    deposit: "Deposit 5,000.00 MXN", noDeposit: "The deposit failed: the API isn't in this process.",
    badNumber: "That number doesn't exist.", lost: "The message didn't reach the API. Is it running?", sms: "Text message", call: "Call", email: "Email",
    dropReply: "lose the next reply", tooMany: "refuse twice (429)", slow: "take 3 s", noCode: "don't send the code", clear: "clear all",
    armedNone: "", armed: (n) => (n === 1 ? "1 fault set" : `${n} faults set`),
    channel: "Channel", whatsapp: "WhatsApp", telegram: "Telegram", emailChannel: "Email", bot: "bot", mailbox: "Mailbox", mailEmpty: "Emails to this address arrive here.",
    startTelegram: "Tap /start to start.", block: "block the bot", unblock: "unblock the bot", closeList: "Close the list", victim: "Provider",
    refused: "refuse for good", busy: "say “try later” twice",
    bank: "Bank", bankHint: "The payments to accounts at other banks. Decide what becomes of each.", bankNone: "No payments yet. With BANK_CLIENT_MODE=http they pass through here.", settle: "settle", refuse: "refuse",
    entryAccount: "CLABE that is paid", entryAmount: "Amount", book: "Pay in", booked: "Paid in.", notBooked: "It could not be paid in.", unavailable: "fail once (503)", noToken: "refuse the credentials twice", notFound: "not find a payment",
    bank_PDNG: "pending", bank_ACSP: "under way", bank_ACSC: "settled", bank_transfer: "orders a payment", bank_status: "asks about a payment", bank_token: "asks for a token", bank_balance: "reads the balance", bank_statement: "reads the statement",
    inbox: "Text messages and mail", inboxEmpty: "Text messages and calls are kept here.", allIdeas: "Ideas", calls: (n) => (n === 1 ? "1 call" : `${n} calls`), keyboard: "Show or hide the bot's keyboard",
    editMessage: "Edit this message", editing: "You are editing a sent message", stopEditing: "Stop editing", edited: "edited", uncover: "Show or hide", side: "Traffic and faults", jump: "Go to a phone",
    fromPerson: "from the person", toPerson: "to the person", contact: "their number", status_sent: "sent", status_delivered: "delivered", status_read: "read", status_failed: "failed", status_undelivered: "undelivered",
    "verify.start": "asks for a code", "verify.check": "checks a code", "verify.fetch": "asks about a code", "verify.update": "closes a code", lookup: "looks the number up", sendChatAction: "typing…", getMe: "who is the bot?",
  },
  pt: {
    phones: "Telefones", number: "Número de telefone", add: "Adicionar telefone", language: "Idioma", faults: "Falhas",
    wire: "Tráfego", wireHint: "Cada mensagem com as suas chamadas, o seu webhook e os seus estados, as mais novas primeiro. Códigos e números ficam cobertos: toque para ver.",
    write: "Escreva uma mensagem", send: "Enviar", remove: "Remover este telefone", start: "Escreva “oi” para começar.",
    typing: "digitando…", online: "online", close: "Fechar aviso", reply: "Enviar este código", copied: "Código copiado",
    deposit: "Depositar 5,000.00 MXN", noDeposit: "O depósito falhou: a API não está neste processo.",
    badNumber: "Esse número não existe.", lost: "A mensagem não chegou à API. Ela está rodando?", sms: "Mensagem de texto", call: "Chamada", email: "E-mail",
    dropReply: "perder a próxima resposta", tooMany: "recusar duas vezes (429)", slow: "demorar 3 s", noCode: "não enviar o código", clear: "limpar todas",
    armedNone: "", armed: (n) => (n === 1 ? "1 falha preparada" : `${n} falhas preparadas`),
    channel: "Canal", whatsapp: "WhatsApp", telegram: "Telegram", emailChannel: "E-mail", bot: "bot", mailbox: "Caixa de entrada", mailEmpty: "Os e-mails deste endereço chegam aqui.",
    startTelegram: "Toque em /start para começar.", block: "bloquear o bot", unblock: "desbloquear o bot", closeList: "Fechar a lista", victim: "Provedor",
    refused: "recusar de vez", busy: "pedir duas vezes outra tentativa",
    bank: "Banco", bankHint: "Os pagamentos para contas de outros bancos. Decida o que acontece com cada um.", bankNone: "Ainda não há pagamentos. Com BANK_CLIENT_MODE=http eles passam por aqui.", settle: "liquidar", refuse: "recusar",
    entryAccount: "CLABE que recebe", entryAmount: "Valor", book: "Creditar", booked: "Creditado.", notBooked: "Não foi possível creditar.", unavailable: "falhar uma vez (503)", noToken: "negar a credencial duas vezes", notFound: "não encontrar um pagamento",
    bank_PDNG: "pendente", bank_ACSP: "em andamento", bank_ACSC: "liquidado", bank_transfer: "ordena um pagamento", bank_status: "pergunta por um pagamento", bank_token: "pede uma credencial", bank_balance: "lê o saldo", bank_statement: "lê o extrato",
    inbox: "Mensagens de texto e e-mails", inboxEmpty: "As mensagens de texto e as chamadas ficam aqui.", allIdeas: "Ideias", calls: (n) => (n === 1 ? "1 chamada" : `${n} chamadas`), keyboard: "Mostrar ou ocultar o teclado do bot",
    editMessage: "Editar esta mensagem", editing: "Você edita uma mensagem enviada", stopEditing: "Parar de editar", edited: "editada", uncover: "Mostrar ou ocultar", side: "Tráfego e falhas", jump: "Ir para um telefone",
    fromPerson: "da pessoa", toPerson: "para a pessoa", contact: "o número dela", status_sent: "enviada", status_delivered: "entregue", status_read: "lida", status_failed: "falhou", status_undelivered: "não entregue",
    "verify.start": "pede um código", "verify.check": "confere um código", "verify.fetch": "pergunta por um código", "verify.update": "fecha um código", lookup: "consulta o número", sendChatAction: "digitando…", getMe: "quem é o bot?",
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
