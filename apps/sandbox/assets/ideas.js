// What one can write: the short row above the field, and the whole list by feature. Each idea is the text that is
// sent; a phone's language is that of its number, or else the page's.
import { currentLanguage } from "./words.js";

// The people of the demo data. They know each other by name.
const PEOPLE = {
  "+521234567890": { name: "Sofía", friend: "Mateo", large: 1000 },
  "+521234567891": { name: "Mateo", friend: "Sofía", large: 1200 },
};
const BBVA = "012180011223344550";

export const personOf = (number) => PEOPLE[number] ?? null;

export function languageOf(number) {
  if (number.startsWith("+1")) return "en";
  return number.startsWith("+55") ? "pt" : currentLanguage();
}

const FEATURES = {
  es: ({ friend, large }) => [
    ["Empezar", [["hola"], ["ayuda", "qué se puede hacer"], ["menú"], ["/start", "abre el chat con el bot", "telegram"]]],
    ["Verificar", [["saldo", "la primera vez pide un código"], ["reenviar", "otro código"]]],
    ["Tu dinero", [["saldo"], ["movimientos"], ["movimientos de hoy"], ["¿cuánto gasté este mes?"], ["mi CLABE", "para recibir dinero"], ["¿cuáles son mis límites?"], ["comprobante", "el último recibo otra vez"]]],
    ["Enviar", [[`manda 150 a ${friend ?? "mi mamá"}`, friend ? "a un contacto" : "pregunta la cuenta que falta"], [`Transferir 150.50 a ${BBVA}`, "a una CLABE"], ["que sean 90", "cambia la cantidad antes de confirmar"], ["sí", "confirma"], ["no", "cancela"]]],
    ["Segundo paso", [[friend ? `manda ${large} a ${friend}` : `Transferir ${large} a ${BBVA}`, "desde 1000 MXN pide otro código, por SMS"], ["cancelar"]]],
    ["Una persona", [["ASESOR", "te atiende una persona"], ["MENÚ", "vuelve al chat automático"]]],
    ["Cuestionarios", [["oncología"], ["abrir cartera"], ["ACEPTO", "da el consentimiento"], ["volver", "a la pregunta anterior"]]],
    ["Seguridad y avisos", [["CONGELAR", "detiene todo pago"], ["STOP", "ya no recibir mensajes"], ["START", "volver a recibirlos"]]],
  ],
  en: ({ friend, large }) => [
    ["Start", [["hello"], ["help", "what can be done"], ["menu"], ["/start", "opens the chat with the bot", "telegram"]]],
    ["Verify", [["balance", "the first time it asks for a code"], ["resend", "another code"]]],
    ["Your money", [["balance"], ["transactions"], ["today's transactions"], ["how much did I spend this month?"], ["my CLABE", "to receive money"], ["what are my limits?"], ["receipt", "the last receipt again"]]],
    ["Send", [[`send 150 to ${friend ?? "my mom"}`, friend ? "to a contact" : "asks for the missing account"], [`Send 150.50 to ${BBVA}`, "to a CLABE"], ["make it 90", "changes the amount before you confirm"], ["yes", "confirms"], ["no", "cancels"]]],
    ["Second step", [[friend ? `send ${large} to ${friend}` : `Send ${large} to ${BBVA}`, "from 1000 MXN on it asks for another code, by SMS"], ["cancel"]]],
    ["A person", [["AGENT", "a person answers"], ["MENU", "back to the automatic chat"]]],
    ["Questionnaires", [["cancer care"], ["open wallet"], ["AGREE", "gives consent"], ["back", "to the previous question"]]],
    ["Safety and notices", [["FREEZE", "stops every payment"], ["STOP", "no more messages"], ["START", "messages again"]]],
  ],
  pt: ({ friend, large }) => [
    ["Começar", [["oi"], ["ajuda", "o que dá para fazer"], ["menu"], ["/start", "abre a conversa com o bot", "telegram"]]],
    ["Verificar", [["saldo", "na primeira vez pede um código"], ["reenviar", "outro código"]]],
    ["O seu dinheiro", [["saldo"], ["extrato"], ["extrato de hoje"], ["quanto gastei este mês?"], ["minha CLABE", "para receber dinheiro"], ["quais são os meus limites?"], ["comprovante", "o último recibo de novo"]]],
    ["Enviar", [[`manda 150 pra ${friend ?? "minha mãe"}`, friend ? "para um contato" : "pergunta a conta que falta"], [`Transferir 150,50 para ${BBVA}`, "para uma CLABE"], ["que sejam 90", "muda o valor antes de confirmar"], ["sim", "confirma"], ["não", "cancela"]]],
    ["Segundo passo", [[friend ? `manda ${large} pra ${friend}` : `Transferir ${large} para ${BBVA}`, "a partir de 1000 MXN pede outro código, por SMS"], ["cancelar"]]],
    ["Uma pessoa", [["ATENDENTE", "uma pessoa atende"], ["MENU", "volta à conversa automática"]]],
    ["Questionários", [["oncologia"], ["abrir carteira"], ["ACEITO", "dá o consentimento"], ["voltar", "à pergunta anterior"]]],
    ["Segurança e avisos", [["CONGELAR", "para todo pagamento"], ["STOP", "sem mais mensagens"], ["START", "mensagens de novo"]]],
  ],
};

// The ideas by feature: `[title, [{ text, about }]]`.
export function ideasOf(number, look) {
  const person = { large: 1200, ...personOf(number) };
  return FEATURES[languageOf(number)](person).map(([title, ideas]) =>
    [title, ideas.filter(([, , only]) => !only || only === look).map(([text, about]) => ({ text, about: about ?? "" }))]);
}

// The ideas of the short row: the way through a first payment and the second step.
export function firstIdeas(number, look) {
  const [start, verify, money, send, second] = ideasOf(number, look).map(([, ideas]) => ideas.map((idea) => idea.text));
  const hello = look === "telegram" ? "/start" : start[0];
  return [hello, verify[0], send[0], send[3], second[0], send[2], money[1], money[4], money[5], money[3]];
}
